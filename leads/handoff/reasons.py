"""Why a lead went back, was parked or ended: coded rows, with what each code asks for.

Codes are stable names that programs and figures rely on; what a code asks for and whom it counts
against never changes either, or old figures would. The words, the order and whether a code may
still be chosen are edited (see leads.review.reasons). The first rows come by a migration, from the
taxonomy of the field: rejection before contact, recycling with a date, disqualification after
attempts, loss.
"""

from functools import cached_property
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from leads.handoff.stages import Action

CODED = (Action.REJECT, Action.RECYCLE, Action.DISQUALIFY, Action.LOSE)
MINIMUM_WORDS = 15  # characters: enough that "other" says something


class Reason(models.Model):
    """One code of one action. A retired one stays readable and cannot be chosen any more."""

    class Ask(models.TextChoices):
        NOTHING = "", "Nothing more"
        COMMENT = "comment", "A few words"
        CRITERION = "criterion", "The criterion it does not meet"

    class Against(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SALES = "sales", "Sales"
        NOBODY = "nobody", "Nobody"

    action = models.CharField(max_length=12, choices=[(a.value, a.value) for a in CODED])
    code = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    asks = models.CharField(max_length=9, choices=Ask.choices, blank=True)
    needs_words = models.BooleanField(
        default=False, help_text="After a conversation: what they said, or “none”."
    )
    needs_attempts = models.BooleanField(
        default=False, help_text="Only once the agreed attempts are made, or waived."
    )
    against = models.CharField(max_length=9, choices=Against.choices, default=Against.NOBODY)
    next_step = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_reason_code_once", fields=["action", "code"]),
            models.CheckConstraint(
                name="leads_reason_known",
                condition=Q(
                    action__in=[action.value for action in CODED],
                    asks__in=["", "comment", "criterion"],
                    against__in=["marketing", "sales", "nobody"],
                )
                & ~Q(code="")
                & ~Q(label=""),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.ReadOnly(
                name="stable",
                fields=["action", "code", "asks", "needs_words", "needs_attempts", "against"],
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.code}"


def reasons_for(action: Action) -> models.QuerySet[Reason]:
    """The codes of an action that may be chosen, in the order of the house."""
    found = Reason.objects.filter(action=action, retired_at=None)
    return found.order_by("position", "id")


def reason_for(action: Action, code: str, *, comment: str = "", criterion: str = "") -> Reason:
    """The reason behind a code, with what it asks for present; DomainError names the field."""
    known = {reason.code: reason for reason in reasons_for(action)}
    if code not in known:
        raise DomainError("invalid", f"Choose one of: {', '.join(known)}.", field="reason")
    reason = known[code]
    if reason.asks == Reason.Ask.COMMENT and len(comment.strip()) < MINIMUM_WORDS:
        raise DomainError(
            "invalid",
            f"Say in a few words what it is ({MINIMUM_WORDS} characters or more).",
            field="comment",
        )
    if reason.asks == Reason.Ask.CRITERION and not criterion:
        raise DomainError(
            "invalid", "Name the criterion that the lead does not meet.", field="criterion"
        )
    return reason


class Labels:
    """The words for codes, retired ones among them: read in one query when first asked for."""

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str]:
        rows = Reason.objects.values_list("action", "code", "label")
        return {(action, code): label for action, code, label in rows}

    def of(self, action: str, code: str) -> str:
        """The words for a code on screens; the code itself where it is unknown."""
        return self._labels.get((action, code), code) if code else ""
