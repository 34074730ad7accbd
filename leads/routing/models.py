"""Rules that place a lead with a team, and whose turn it is there."""

from typing import ClassVar

from django.db import models

from leadbridge.people.models import Team, User


class RoutingRule(models.Model):
    """If all conditions hold, the lead goes to this team. Rules are asked in order of position."""

    position = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=100)
    conditions = models.JSONField(default=list)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="routing_rules")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """The cursor of a team's round robin: who got the last lead."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="turn")
    last = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"Turn of {self.team}"
