"""A contested rejection as a row: what was said no to, by whom, and how it was settled.

The words of both sides are remarks of the events, so that they can be erased with the person; what
a precedent is searched and counted by is kept here, whatever later becomes of the lead.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from leadbridge.people.access import Viewer, sees_every_lead
from leadbridge.people.models import User
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action, Stage


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """What lists of disputes are asked for."""

    def visible_to(self, viewer: Viewer) -> DisputeQuerySet:
        """Disputes of leads that this person may see."""
        if sees_every_lead(viewer.user):
            return self
        return self.filter(lead__in=Lead.objects.visible_to(viewer).values("pk"))

    def open(self) -> DisputeQuerySet:
        """Those that wait for a ruling: the lead still stands where it was disputed."""
        return self.filter(outcome="", lead__stage=Stage.REJECTED, lead__disputed_at=F("at"))

    def settled(self) -> DisputeQuerySet:
        """Those on which both sides have ruled."""
        return self.exclude(outcome="")


class Dispute(models.Model):
    """One rejection that marketing contests. With an outcome it is a precedent."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "Upheld"
        OVERTURNED = "overturned", "Overturned"
        SPLIT = "split", "The sides differ"

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="disputes")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="contest")
    rejection = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="contests")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    rejected_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=30)
    criterion = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=80, blank=True, default="", db_default="")
    sentence = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=100)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_dispute_settled_whole",
                condition=Q(outcome="", settled_at=None)
                | Q(outcome__in=["upheld", "overturned", "split"], settled_at__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="leads_dispute_open", fields=["at", "id"], condition=Q(outcome="")),
            models.Index(name="leads_dispute_of_criterion", fields=["criterion", "-settled_at"]),
        ]

    def __str__(self) -> str:
        return f"Dispute on L-{self.lead_id}"


def last_rejection(lead: Lead) -> Event:
    """The event by which sales said no to a rejected lead."""
    return lead.events.filter(action=Action.REJECT).latest("id")


def open_dispute(lead: Lead, event: Event, *, actor: User, now: datetime) -> Dispute:
    """Keep what a dispute is about; `event` is that of the dispute itself."""
    rejection = last_rejection(lead)
    sentences = {line["id"]: line["sentence"] for line in lead.verdict_lines}
    return Dispute.objects.create(
        lead=lead,
        event=event,
        rejection=rejection,
        by=actor,
        at=now,
        rejected_by_id=rejection.actor_id,
        reason=lead.reason,
        criterion=lead.reason_criterion,
        detail=lead.reason_detail,
        sentence=str(sentences.get(lead.reason_criterion, ""))[:300],
        source=lead.source,
    )


def settle_dispute(lead: Lead, outcome: str, *, at: datetime) -> None:
    """Both sides have ruled: from now on it is a precedent."""
    assert lead.disputed_at is not None, "only what is disputed is settled"
    Dispute.objects.filter(lead=lead, outcome="", at=lead.disputed_at).update(
        outcome=outcome, settled_at=at
    )


def recode_dispute(rejection: Event, reason: str, criterion: str, detail: str) -> None:
    """A rejection got another reason; the dispute about it is found under that one."""
    rows = Dispute.objects.filter(rejection=rejection)
    rows.update(reason=reason, criterion=criterion, detail=detail)
