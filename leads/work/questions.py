"""Asking marketing, and its reply."""

from dataclasses import dataclass
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
from leads.work.models import Question


@dataclass(frozen=True)
class Waiting:
    """A question that waits for its reply."""

    pk: int
    asked_by: User
    words: str


def open_questions(lead: Lead) -> list[Waiting]:
    """What waits for marketing's reply on a lead, oldest first."""
    found = lead.questions.filter(answered_at=None).select_related("asked_by", "event")
    return [
        Waiting(one.pk, one.asked_by, next((r.text for r in one.event.remarks.all()), ""))
        for one in found.prefetch_related("event__remarks")
    ]


def ask_question(*, lead_id: int, actor: User, now: datetime, kind: str, question: str) -> Question:
    """Ask marketing something, or for something to send; several may be open on one lead.

    Marketing's time to answer runs from the oldest that is open.
    """
    if kind not in Question.Kind.values:
        known = ", ".join(Question.Kind.values)
        raise DomainError("invalid", f"Choose one of: {known}.", field="kind")
    if not question.strip():
        raise DomainError("invalid", "Say what you would like to know or have.", field="question")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.ASK, actor=actor, now=now)
        fields = {"open_questions": lead.open_questions + 1}
        words, data = {"comment": question}, {"kind": kind}
        move = beside(lead, Action.ASK, fields, actor=actor, now=now, data=data, words=words)
        event = carry_out(lead, move)
        return Question.objects.create(
            lead=lead, event=event, kind=kind, asked_by=actor, asked_at=event.at
        )


def answer_questions(
    *, lead_id: int, actor: User, now: datetime, reply: str, last: int | None = None
) -> Lead:
    """Reply to every question that is open on a lead; the holder reads it in the story.

    `last` is the newest question that whoever replies has read: where another came since, the
    reply does not answer it, and nothing is written.
    """
    if not reply.strip():
        raise DomainError("invalid", "Write the reply.", field="reply")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.ANSWER, actor=actor, now=now)
        waiting = list(lead.questions.filter(answered_at=None))
        if last is not None and any(question.pk > last for question in waiting):
            raise DomainError(
                "not_allowed", "Another question came in meanwhile: read it first.", status=409
            )
        fields, data = {"open_questions": 0}, {"questions": [one.pk for one in waiting]}
        words = {"comment": reply}
        move = beside(lead, Action.ANSWER, fields, actor=actor, now=now, data=data, words=words)
        event = carry_out(lead, move)
        Question.objects.filter(pk__in=[one.pk for one in waiting]).update(
            reply=event, answered_by=actor, answered_at=event.at
        )
    return lead
