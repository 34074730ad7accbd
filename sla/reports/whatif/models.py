"""What was asked of the past, and what it answered."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from leadbridge.kernel.runs import Run


class WhatIf(Run):
    """Changed settings, replayed over the clocks of a past by a worker.

    `team_ids` are those whose clocks whoever asked may read; None is every team. The result holds
    counts and ids, and nothing that people told.
    """

    changes = models.JSONField()
    team_ids = models.JSONField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    clocks = models.PositiveIntegerField(null=True, help_text="How many there are to replay.")

    class Meta:
        app_label = "sla"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sla_whatif_state_known",
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="sla_whatif_done_is_finished",
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | Q(state__in=["waiting", "running"], finished_at=None),
            ),
            models.CheckConstraint(
                name="sla_whatif_forward", condition=Q(since__lt=models.F("until"))
            ),
        ]

    def __str__(self) -> str:
        return f"what-if {self.pk}"
