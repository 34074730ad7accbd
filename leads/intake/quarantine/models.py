"""What could not be taken, as it was sent. Rows are settled, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from leadbridge.people.access import heads_side
from leadbridge.people.models import Side, User

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_REASON = 500


class Origin(models.TextChoices):
    """By which door it came. The words are those of screens."""

    FORM = "form", "Form"
    API = "api", "API"
    IMPORT = "import", "Import"
    PROVIDER = "provider", "Provider"


class State(models.TextChoices):
    """What became of it."""

    WAITING = "waiting", "Waiting"
    TAKEN_IN = "taken_in", "Taken in"
    DISCARDED = "discarded", "Discarded"


class QuarantineQuerySet(models.QuerySet["Quarantined"]):
    """What lists of the quarantine are asked for."""

    def waiting(self) -> QuarantineQuerySet:
        """Those that somebody has to decide on."""
        return self.filter(state=State.WAITING)

    def owned_by(self, user: User) -> QuarantineQuerySet:
        """Those this person answers for; the head of marketing also for those without an owner who
        still works here."""
        mine = Q(owner=user)
        if heads_side(user, Side.MARKETING):
            mine |= Q(owner=None) | Q(owner__is_active=False)
        return self.filter(mine)

    def late(self, now: datetime) -> QuarantineQuerySet:
        """Those that wait past their time."""
        return self.waiting().filter(due_at__lt=now)

    def searched(self, q: str) -> QuarantineQuerySet:
        """Those that these words mean: a reference, or each word in what it is about."""
        sign, _, number = q.strip().partition("-")
        if sign in ("Q", "q") and number.isascii() and number.isdigit() and len(number) <= 18:
            return self.filter(pk=int(number))
        found = self
        for word in q.split()[:5]:
            found = found.filter(Q(summary__icontains=word) | Q(place__icontains=word))
        return found


class Quarantined(models.Model):
    """One form, call, row or delivery that could not be taken.

    `raw` is what was sent, byte for byte; `told` what we understood of it, in our own names, for
    mending; `errors` why not, in sentences by field. `key` says that the same thing, sent again, is
    this row; `times` how often it came. `marketer` would answer for the lead, `owner` for this;
    `told_at` is when they heard that it lies past its time.
    """

    origin = models.CharField(max_length=8, choices=Origin.choices)
    place = models.CharField(max_length=200, help_text="Which form, file and row, or endpoint.")
    content_type = models.CharField(max_length=100, blank=True)
    raw = models.BinaryField()
    told = models.JSONField(default=dict)
    code = models.CharField(max_length=40)
    errors = models.JSONField(default=dict)
    summary = models.CharField(max_length=300, blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  # many have none
    times = models.PositiveIntegerField(default=1)
    marketer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="quarantined", db_index=False
    )
    received_at = models.DateTimeField()
    last_at = models.DateTimeField()
    at_risk_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, null=True, related_name="mended_from"
    )
    erased_at = models.DateTimeField(null=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_quarantined_settled",
                condition=Q(state="waiting", settled_at=None, lead=None, reason="")
                | Q(state="taken_in", settled_at__isnull=False, lead__isnull=False)
                | (Q(state="discarded", settled_at__isnull=False, lead=None) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="leads_quarantined_forward",
                condition=Q(at_risk_at__gte=F("received_at"), due_at__gte=F("at_risk_at")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="leads_quarantined_waiting",
                fields=["due_at", "id"],
                condition=Q(state="waiting"),
            ),
            models.Index(
                name="leads_quarantined_untold",
                fields=["due_at", "id"],
                condition=Q(state="waiting", told_at=None),
            ),
            models.Index(
                name="leads_quarantined_email",
                fields=["email_key"],
                condition=~Q(email_key=""),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="quarantined_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.ref} from {self.place}"

    @property
    def ref(self) -> str:
        """How people call it."""
        return f"Q-{self.pk}"
