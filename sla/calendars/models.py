"""Calendars and their versions. A version never changes: clocks that counted by it keep it."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from leadbridge.people.models import Team


class Calendar(models.Model):
    """Working hours of a person, a team, or (neither) of the whole organisation."""

    name = models.CharField(max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="calendar"
    )
    team = models.OneToOneField(Team, on_delete=models.CASCADE, null=True, related_name="calendar")
    organisation = models.BooleanField(default=False)
    current = models.ForeignKey(
        "sla.CalendarVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="sla_calendar_one_of_organisation",
                fields=["organisation"],
                condition=Q(organisation=True),
            ),
            models.CheckConstraint(
                name="sla_calendar_one_owner",
                condition=Q(user__isnull=True, team__isnull=True)
                | Q(user__isnull=True, organisation=False)
                | Q(team__isnull=True, organisation=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whose(self) -> str:
        """Whose hours these are, in words."""
        if self.user is not None:
            return str(self.user)
        if self.team is not None:
            return f"Team {self.team}"
        return "The organisation" if self.organisation else "A past that was read in"


class CalendarVersion(models.Model):
    """The hours as they stood from one edit to the next."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    created_at = models.DateTimeField()
    # Nobody: LeadBridge itself, which founds an organisation and writes further years out.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="sla_calendarversion_once", fields=["calendar", "number"]),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.calendar}, version {self.number}"
