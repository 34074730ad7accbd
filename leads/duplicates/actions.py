"""Answering whether two people are the same, and taking such an answer back."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leadbridge.people.models import User
from leads.duplicates.models import Likeness
from leads.duplicates.queries import joins_leads, pairs_of, waiting_pairs
from leads.handoff.merging import merge_lead, unmerge_lead
from leads.handoff.models import Lead


def say_same(*, likeness_id: int, keep_id: int, actor: User, now: datetime) -> Lead:
    """They are the same: the lead `keep_id` goes on, the other one is joined into it. Answers the
    survivor. DomainError `not_found` (404), `already_decided` (409), or as a merge raises it."""
    with transaction.atomic():
        row = _lock(likeness_id, actor)
        pair = next(iter(pairs_of([row])), None)
        if pair is None:
            raise DomainError("not_allowed", "One of the two has ended since.", status=409)
        leads = {lead.pk: lead for lead in (pair.keeps, pair.other)}
        survivor = leads.pop(keep_id, None)
        if survivor is None:
            raise DomainError("invalid", "Say which of the two goes on.", field="keep")
        [lead] = leads.values()
        merge_lead(lead_id=lead.pk, survivor_id=survivor.pk, actor=actor, now=now)
        _answer(row, Likeness.Answer.SAME, actor, now)
    return survivor


def say_different(*, likeness_id: int, actor: User, now: datetime) -> None:
    """They are two people, and nobody asks about this pair again."""
    with transaction.atomic():
        _answer(_lock(likeness_id, actor), Likeness.Answer.DIFFERENT, actor, now)


def separate_lead(*, lead_id: int, actor: User, now: datetime) -> Lead:
    """Take a merge back (see `unmerge_lead`); whether the two are the same is open again."""
    with transaction.atomic():
        merged = Lead.objects.filter(pk=lead_id).values_list("person", "merged_into__person")
        people = merged.first()
        lead = unmerge_lead(lead_id=lead_id, actor=actor, now=now)
        if people is not None and people[1] is not None:
            one, other = sorted(people)
            Likeness.objects.filter(one=one, other=other, answer=Likeness.Answer.SAME).update(
                answer="", answered_by=None, answered_at=None
            )
    return lead


def _lock(likeness_id: int, actor: User) -> Likeness:
    viewer = viewer_of(actor)
    known = Likeness.objects.select_for_update(no_key=True).filter(pk=likeness_id).first()
    if known is None or not joins_leads(viewer):
        raise DomainError("not_found", "There is no such question.", status=404)
    if known.answer:
        raise DomainError(
            "already_decided",
            f"{known.answered_by} said before: {known.get_answer_display().lower()}.",
            status=409,
            data={"by": str(known.answered_by), "at": known.answered_at},
        )
    if not waiting_pairs(viewer).filter(Q(pk=likeness_id)).exists():
        raise DomainError("not_found", "There is no such question any more.", status=404)
    return known


def _answer(row: Likeness, answer: Likeness.Answer, actor: User, now: datetime) -> None:
    row.answer, row.answered_by, row.answered_at = answer, actor, now
    row.save(update_fields=["answer", "answered_by", "answered_at"])
