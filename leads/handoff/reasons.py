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
from leadbridge.people.models import Team, User
from leads.companies.models import Company
from leads.definition.models import OwnField
from leads.definition.words import label_of
from leads.handoff.stages import Action

CODED = (Action.REJECT, Action.RECYCLE, Action.DISQUALIFY, Action.LOSE)
MINIMUM_WORDS = 15  # characters: enough that "other" says something


class Reason(models.Model):
    """One code of one action. A retired one stays readable and cannot be chosen any more."""

    class Ask(models.TextChoices):
        NOTHING = "", "Nothing more"
        COMMENT = "comment", "A few words"
        CRITERION = "criterion", "The criterion it does not meet"
        LEAD = "lead", "A link to the other lead"
        ACCOUNT = "account", "A link to their company or lead"
        OWNER = "owner", "The right person or team"
        FIELD = "field", "Which field"
        KIND = "kind", "Which kind"
        RIVAL = "rival", "Who, and why"
        MANAGER = "manager", "The manager who decided it"

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
                    asks__in=[
                        "", "comment", "criterion", "lead", "account", "owner", "field", "kind",
                        "rival", "manager",
                    ],
                    against__in=["marketing", "sales", "nobody"],
                )
                & ~Q(code="")
                & ~Q(label=""),
            ),
        ]  # fmt: skip
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.ReadOnly(
                name="stable",
                fields=["action", "code", "asks", "needs_words", "needs_attempts", "against"],
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.code}"


class ReasonKind(models.Model):
    """One of the kinds between which a reason that asks for one is told apart: a student, or spam;
    too small, or too large. As with reasons the code stays, the words and the place are edited."""

    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="kinds")
    code = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_reasonkind_once", fields=["reason", "code"]),
            models.CheckConstraint(
                name="leads_reasonkind_named", condition=~Q(code="") & ~Q(label="")
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.ReadOnly(name="stable", fields=["reason", "code"]),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.code}"


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
    if (
        reason.asks in (Reason.Ask.COMMENT, Reason.Ask.RIVAL)
        and len(comment.strip()) < MINIMUM_WORDS
    ):
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
    """The words for codes, retired ones among them, and for what was named with them: each table
    is read once, when first asked for."""

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str]:
        rows = Reason.objects.values_list("action", "code", "label")
        return {(action, code): label for action, code, label in rows}

    @cached_property
    def _kinds(self) -> dict[tuple[str, str, str], str]:
        rows = ReasonKind.objects.values_list("reason__action", "reason__code", "code", "label")
        return {(action, code, kind): label for action, code, kind, label in rows}

    @cached_property
    def _people(self) -> dict[str, str]:
        return {str(user.pk): str(user) for user in User.objects.all()}

    @cached_property
    def _teams(self) -> dict[str, str]:
        return {str(team.pk): str(team) for team in Team.objects.all()}

    @cached_property
    def _fields(self) -> dict[str, str]:
        return {f"attributes.{row.key}": row.label for row in OwnField.objects.all()}

    def of(self, action: str, code: str, detail: str = "") -> str:
        """The words for a code on screens, with what was named beside it: “Not a buyer (Student)”.
        A code that is unknown is its own word."""
        if not code:
            return ""
        label = self._labels.get((action, code), code)
        return f"{label} ({self.detail(action, code, detail)})" if detail else label

    def detail(self, action: str, code: str, detail: str) -> str:
        """The words for what was named: a kind, a field, a person, a team; else as it stands."""
        prefix, _, name = detail.partition("-")
        match prefix:
            case "user" | "manager":
                return self._people.get(name, detail)
            case "team":
                return self._teams.get(name, detail)
            case "C":
                return str(Company.objects.filter(pk=name).first() or detail)
            case "field":
                return self._fields.get(name) or label_of(name)
        return self._kinds.get((action, code, detail), detail)
