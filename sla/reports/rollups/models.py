"""What is kept of a day, and which days are no longer as they were kept."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leadbridge.people.models import Team


class KeptDay(models.Model):
    """A day that was counted, as it is cut in `zone`."""

    day = models.DateField(primary_key=True)
    zone = models.CharField(max_length=50)
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day} in {self.zone}"


class StaleHour(models.Model):
    """Something changed among the clocks that are due in this hour. Written by triggers of `Clock`
    alone, appended and never updated, so that no two acts wait for each other."""

    hour = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.hour}"


class Grain(models.TextChoices):
    """How fine a row counts: of a team, of each who held, or of each source."""

    TEAM = "team"
    HOLDER = "holder"
    SOURCE = "source"


class DueCount(models.Model):
    """Clocks of a day that fell due, by what became of them. The same clocks are counted once in
    each grain, so only rows of one grain may be summed."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    grain = models.CharField(max_length=6, choices=Grain.choices)
    kind = models.CharField(max_length=12)
    side = models.CharField(max_length=10)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(max_length=100, blank=True)
    due = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    met_late = models.PositiveIntegerField()
    missed_open = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="sla_duecount_once",
                fields=["grain", "day", "kind", "side", "team", "holder", "source"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="sla_duecount_adds_up",
                condition=Q(due=models.F("met") + models.F("met_late") + models.F("missed_open")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.day}: {self.met} of {self.due}"
