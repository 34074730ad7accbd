"""Taking back, and forgetting a person."""

from datetime import datetime

from django.db import transaction
from django.db.models import Field, Q

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.webhooks.bodies import forget_bodies
from leadbridge.people.answers import forget_answers
from leadbridge.people.models import User
from leads.handoff.consents import Consent
from leads.handoff.locks import lock_lead
from leads.handoff.models import Event, Lead, Person, Remark
from leads.handoff.moves import Move, carry_out
from leads.handoff.parties import may_undo, permit
from leads.handoff.stages import Action, Stage


def undo_last(*, lead_id: int, actor: User, now: datetime) -> Lead:
    """Take back one's own last decision within ten minutes; both stay in the story.

    Clocks go on where they stood: nobody gains or loses time by it (see sla.clocks.engine).
    """
    with transaction.atomic():
        lead = lock_lead(lead_id)
        if not may_undo(lead, actor, now):
            raise DomainError(
                "not_allowed",
                "Only the last decision can be taken back, by its maker, within ten minutes.",
                status=409,
            )
        give_back(lead, lead.events.filter(action=lead.last_action).latest("id"), actor, now)
    return lead


def give_back(lead: Lead, event: Event, actor: User, now: datetime) -> None:
    """Bring a locked lead back to where it stood before an event that remembers it."""
    before = dict(event.data["before"])
    standing = {name: before.pop(name) for name in ("stage", "holder_id", "team_id")}
    fields = {name: _revive(name, value) for name, value in before.items()}
    carry_out(
        lead,
        Move(
            Action.UNDO,
            Stage(standing["stage"]),
            actor,
            now,
            standing["holder_id"],
            standing["team_id"],
            fields,
            data={"undone": event.action},
            undone_id=event.pk,
        ),
    )


def erase_person(*, person_id: int, actor: User | None, now: datetime, request: str) -> int:
    """Remove what identifies a person from all their leads, and from those of the addresses that
    were joined with theirs: they are the same person. Counts, events and clocks stay.

    Returns the number of leads erased. `request` is the reference of the person's request.
    """
    if not request.strip():
        raise DomainError("invalid", "Give the reference of the request.", field="request")
    if actor is None or not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator forgets a person.", status=403)
    erased: list[Lead] = []
    with transaction.atomic():
        people = _joined_people(person_id)
        # Leads before their person, as everywhere; then those that began while we waited.
        for _ in range(2):
            ids = Lead.objects.filter(person__in=people).exclude(stage=Stage.ERASED)
            for pk in list(ids.order_by("pk").values_list("pk", flat=True)):
                erased.append(_erase_lead(lock_lead(pk), actor, now, request))
            list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))
        Person.objects.filter(pk__in=people, erased_at=None).update(
            email="", email_key=None, phone="", phone_key="", first_name="", last_name="",
            erased_at=now,
        )  # fmt: skip
        forget_answers(refs=[lead.ref for lead in erased])
        forget_bodies(about=[lead.pk for lead in erased])
    return len(erased)


def _joined_people(person_id: int) -> set[int]:
    """The person, and everybody with whom a merge joined them, by whatever way."""
    people, more = {person_id}, True
    while more:
        merged = Lead.objects.filter(stage=Stage.MERGED)
        pairs = merged.filter(Q(person__in=people) | Q(merged_into__person__in=people))
        found = set(pairs.values_list("person", flat=True))
        found |= set(pairs.values_list("merged_into__person", flat=True))
        more = not found <= people
        people |= found
    return people


def _erase_lead(lead: Lead, actor: User, now: datetime, request: str) -> Lead:
    """Take everything that a person told or is called by from one lead and its story."""
    permit(lead, Action.ERASE, actor=actor, now=now)
    blank = {
        "email_key": "", "external_id": "", "message": "", "title": "", "company": "",
        "attributes": {}, "verdict_lines": [], "debrief": "",
    }  # fmt: skip
    carry_out(
        lead,
        Move(
            Action.ERASE,
            Stage.ERASED,
            actor,
            now,
            lead.holder_id,
            lead.team_id,
            blank,
            data={"request": request},
        ),
    )
    Remark.objects.filter(event__lead=lead).update(text="")
    Consent.objects.filter(lead=lead).delete()
    return lead


def _revive(name: str, value: object) -> object:
    """A field's value as it was before it travelled through JSON."""
    if name == "decided_by":
        return User.objects.filter(pk=str(value)).first() if value else None
    field = Lead._meta.get_field(name)
    assert isinstance(field, Field), "moves set columns, not relations from elsewhere"
    return field.to_python(value)
