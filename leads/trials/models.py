"""What was tried on the past, kept with the very text it was tried for; and what was found in one
that is too long to wait for."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from leadbridge.kernel.runs import Run
from leads.definition.models import DefinitionVersion


class Backtest(Run):
    """One version of the definition, as its text then stood, tried on the leads of a past.

    It belongs to `content_hash`: a text that was edited since has no backtest until it is tried
    again. Once done, a result never changes, so that what both heads saw when they signed can be
    told by its hash. It holds counts and ids of leads, and nothing that people told.
    """

    document = models.ForeignKey(
        DefinitionVersion, on_delete=models.CASCADE, related_name="backtests"
    )
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    against = models.ForeignKey(
        DefinitionVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The version in force when it was asked for.",
    )
    since = models.DateTimeField()
    until = models.DateTimeField()
    leads = models.PositiveIntegerField(null=True, help_text="How many there are to judge.")
    result_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "leads"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_backtest_state_known",
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="leads_backtest_done_has_result",
                condition=Q(state="done", finished_at__isnull=False)
                & Q(result_hash__regex=r"^[0-9a-f]{64}$")
                | ~Q(state="done") & Q(result_hash=""),
            ),
            models.CheckConstraint(
                name="leads_backtest_forward", condition=Q(since__lt=models.F("until"))
            ),
            # Asked for twice at once, it is reckoned once.
            models.UniqueConstraint(
                name="leads_backtest_one_open",
                fields=["document", "content_hash"],
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(
                name="result_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="done"),
            ),
        ]

    def __str__(self) -> str:
        return f"backtest {self.pk} of {self.document}"


class DisagreementRun(Run):
    """The disagreement report of a past too long to be counted while somebody waits. It belongs to
    the definition in force by its `content_hash`, blank where none is."""

    days = models.PositiveSmallIntegerField()
    until = models.DateTimeField()
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "leads"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_disagreementrun_state_known",
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
            ),
            # Asked for twice at once, it is counted once.
            models.UniqueConstraint(
                name="leads_disagreementrun_one_open",
                fields=["days", "content_hash"],
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"disagreement of {self.days} days"
