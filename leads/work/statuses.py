"""Marketing asks how a lead stands, and sales says so: a question the other way round."""

from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.deeds import beside
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead
from leads.handoff.moves import carry_out
from leads.handoff.parties import permit
from leads.handoff.stages import Action


def ask_status(*, lead_id: int, actor: User, now: datetime, question: str = "") -> Lead:
    """Ask sales how a lead stands; whoever holds it owes a word in the agreed time.

    At most once a day. A logged follow-up, a decision or the return of the lead answers as well.
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.ASK_STATUS, actor=actor, now=now)
        fields = {"status_owed": True, "status_asked_at": max(now, lead.changed_at)}
        words = {"comment": question}
        carry_out(lead, beside(lead, Action.ASK_STATUS, fields, actor=actor, now=now, words=words))
    return lead


def report_status(*, lead_id: int, actor: User, now: datetime, status: str) -> Lead:
    """Say in words how a lead stands that marketing asked about; the marketer is told."""
    if not status.strip():
        raise DomainError("invalid", "Say how it stands.", field="status")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.REPORT, actor=actor, now=now)
        words = {"comment": status}
        carry_out(lead, beside(lead, Action.REPORT, {}, actor=actor, now=now, words=words))
    return lead
