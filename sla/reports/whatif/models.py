"""What was asked of the past, and what it answered."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class WhatIf(models.Model):
    """Changed settings, replayed over the clocks of a past by a worker.

    `team_ids` are those whose clocks whoever asked may read; None is every team. The result holds
    counts and ids, and nothing that people told.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    OPEN = (State.WAITING, State.RUNNING)

    changes = models.JSONField()
    team_ids = models.JSONField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    clocks = models.PositiveIntegerField(null=True, help_text="How many there are to replay.")
    share = models.PositiveSmallIntegerField(default=0, help_text="How much is done, in percent.")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

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

    @property
    def is_open(self) -> bool:
        """Is it still to be done?"""
        return self.state in self.OPEN
