"""Telling what a deal that ended teaches."""

from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import FieldErrors
from leadbridge.people.models import User
from leads.handoff.deeds import beside
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead
from leads.handoff.moves import carry_out
from leads.handoff.parties import permit
from leads.handoff.stages import Action
from leads.work.models import Debrief


def debrief_lead(
    *, lead_id: int, actor: User, now: datetime, decided: str, learnt: str, advice: str
) -> Lead:
    """Tell of a won or lost lead what decided it, what we learnt, what marketing should know."""
    words = {"decided": decided, "learnt": learnt, "advice": advice}
    if blank := [name for name, text in words.items() if not text.strip()]:
        raise FieldErrors({name: ["Say it in a sentence, or “nothing”."] for name in blank})
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.DEBRIEF, actor=actor, now=now)
        fields = {"debrief": "done"}
        move = beside(lead, Action.DEBRIEF, fields, actor=actor, now=now, words=words)
        event = carry_out(lead, move)
        Debrief.objects.create(lead=lead, event=event, by=actor, at=event.at)
    return lead
