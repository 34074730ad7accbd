"""What managers did about a broken promise, for good."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from sla.clocks.models import Clock


class BreachEntry(models.Model):
    """One thing that was done about a breach: its holder was nudged, or somebody took note of it
    and said why it happened. Written once, never changed."""

    class Deed(models.TextChoices):
        NUDGED = "nudged", "Nudged"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="+")
    deed = models.CharField(max_length=12, choices=Deed.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sla_breachentry_whole",
                condition=Q(deed="nudged", to__isnull=False)
                | (Q(deed="acknowledged", to=None) & ~Q(note="")),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"clock {self.clock_id} {self.deed}"
