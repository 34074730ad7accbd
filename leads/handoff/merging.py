"""Joining two leads of one person into one, and taking that back to exactly what was before.

The one that is joined ends as merged and points to its survivor. Its events stay where they are,
because nothing that happened is rewritten: the survivor's story tells them too (`story`), a further
act of either address joins the survivor (`episodes`), and what the survivor did not know is filled.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NoReturn

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import Viewer, viewer_of
from leadbridge.people.models import User
from leads.definition.queries import active_definition
from leads.handoff.corrections import give_back
from leads.handoff.joining import FACTS_OF_LEAD
from leads.handoff.judging import JUDGED, judge_by
from leads.handoff.locks import lock_lead
from leads.handoff.models import Event, Lead
from leads.handoff.moves import Move, amend, carry_out
from leads.handoff.parties import manages_anything, permit
from leads.handoff.stages import MARKETING_STAGES, Action, Stage

FILLED = tuple(name for name in FACTS_OF_LEAD if name != "message")


def merge_lead(*, lead_id: int, survivor_id: int, actor: User, now: datetime) -> Lead:
    """Join a lead into another one; it stays readable and points to its survivor."""
    if lead_id == survivor_id:
        raise DomainError("invalid", "A lead cannot be merged into itself.", field="survivor")
    with transaction.atomic():
        lead, survivor = _lock_both(lead_id, survivor_id)
        permit(lead, Action.MERGE, actor=actor, now=now)
        if survivor.stage in (Stage.MERGED, Stage.ERASED):
            raise DomainError(
                "invalid", "The survivor was merged or erased itself.", field="survivor"
            )
        if lead.is_open and not survivor.is_open:
            raise DomainError(
                "invalid",
                f"{survivor.ref} has ended: reopen it first, or nobody answers for this lead.",
                field="survivor",
            )
        carry_out(
            lead,
            Move(
                Action.MERGE, Stage.MERGED, actor, now, lead.holder_id, lead.team_id,
                {"merged_into": survivor, "debrief": ""}, data={"survivor": survivor.pk},
            ),
        )  # fmt: skip
        _absorb(survivor, lead, actor=actor, now=now)
    return lead


def unmerge_lead(*, lead_id: int, actor: User, now: datetime) -> Lead:
    """Take a merge back, at any time: the lead stands where it stood, its clocks go on with the
    due times they had, and what its survivor had from it is taken from it again.

    DomainError `already_decided` (409) where that was done before, `not_allowed` (409) for a lead
    that is not merged, whose survivor was merged itself since, or whose person has begun another
    lead; `forbidden` (403) as for a merge.
    """
    survivor_id = Lead.objects.filter(pk=lead_id).values_list("merged_into", flat=True).first()
    with transaction.atomic():
        if survivor_id is None:
            _refuse_apart(lock_lead(lead_id))
        lead, survivor = _lock_both(lead_id, survivor_id)
        if lead.merged_into_id != survivor_id:
            _refuse(lead, "It is not joined into that lead any more.")
        event = merge_to_undo(lead, survivor, actor)
        give_back(lead, event, actor, now)
        _release(survivor, lead, actor=actor, now=now)
    return lead


def may_join(viewer: Viewer) -> bool:
    """Whether this person joins leads, and takes that back: marketing and managers."""
    return viewer.user.is_marketing or manages_anything(viewer)


def merge_to_undo(lead: Lead, survivor: Lead | None, actor: User) -> Event:
    """The merge that is to be taken back, as it was told; DomainError as `unmerge_lead` raises it,
    so that whoever is asked to confirm it reads what it would answer."""
    if lead.stage != Stage.MERGED or survivor is None:
        _refuse_apart(lead)
    if not may_join(viewer_of(actor)):
        raise DomainError(
            "forbidden", "To take a merge back is for marketing and managers.", status=403
        )
    if survivor.stage in (Stage.MERGED, Stage.ERASED):
        _refuse(lead, f"{survivor.ref} was joined or erased itself since: begin there.")
    event = lead.events.filter(action=Action.MERGE).latest("id")
    if "before" not in event.data:
        _refuse(lead, "It was joined by an older version, which did not remember.")
    return event


def absorbed_by(lead: Lead, events: Collection[Event]) -> list[Lead]:
    """The leads that are joined into this one now, and those joined into them; `events` are its
    own, so that a lead that absorbed nothing costs nothing."""
    found: list[Lead] = []
    told = _absorbed_in(events)
    into = {lead.pk}
    while told:
        rows = Lead.objects.filter(pk__in=told, merged_into__in=into, stage=Stage.MERGED)
        fresh = list(rows.select_related("person").order_by("pk"))
        found += fresh
        into = {one.pk for one in fresh}
        told = _absorbed_in(Event.objects.filter(lead__in=into, action="absorb")) if into else set()
    return found


def _absorbed_in(events: Collection[Event]) -> set[int]:
    return {event.data["merged"] for event in events if event.action == "absorb"}


def _lock_both(one: int, other: int) -> tuple[Lead, Lead]:
    """In the order of their ids, so that two merges cannot wait for each other."""
    locked = {pk: lock_lead(pk) for pk in sorted((one, other))}
    return locked[one], locked[other]


def _refuse(lead: Lead, sentence: str) -> NoReturn:
    raise DomainError("not_allowed", sentence, status=409, data={"stage": lead.stage})


def _refuse_apart(lead: Lead) -> NoReturn:
    """It is no part of another lead: it never was, or somebody was quicker."""
    undone = lead.events.filter(action=Action.UNDO, data__undone=Action.MERGE)
    event = undone.select_related("actor").order_by("-pk").first()
    if event is None:
        more = " any more" if lead.merged_into_id else ""
        _refuse(lead, f"{lead.ref} is not joined into another lead{more}.")
    by, at = str(event.actor or "LeadBridge"), timezone.localtime(event.at)
    raise DomainError(
        "already_decided",
        f"{by} took this back at {at:%H:%M on %-d %B}: {lead.ref} stands alone again.",
        status=409,
        data={"by": by, "at": utc_text(event.at)},
    )


def _absorb(survivor: Lead, lead: Lead, *, actor: User, now: datetime) -> None:
    """What the survivor did not know is filled; the event keeps which facts, never what they are,
    so that they can be taken back."""
    facts: dict[str, object] = {}
    if survivor.is_open:
        facts = {
            name: getattr(lead, name)
            for name in FILLED
            if getattr(survivor, name) in ("", None) and getattr(lead, name) not in ("", None)
        }
    fresh = set(lead.attributes) - set(survivor.attributes) if survivor.is_open else set()
    fields: dict[str, object] = dict(facts)
    if fresh:
        fields["attributes"] = survivor.attributes | {name: lead.attributes[name] for name in fresh}
    data = {
        "merged": lead.pk,
        "filled": sorted(facts),
        "attributes": sorted(fresh),
        "acted_at": survivor.acted_at.isoformat(),
    }
    fields["acted_at"] = max(survivor.acted_at, lead.acted_at)
    _amend_judged(survivor, "absorb", fields, actor=actor, now=now, data=data)


def _release(survivor: Lead, lead: Lead, *, actor: User, now: datetime) -> None:
    """Take from the survivor what it had from the other, where it still stands as it was filled."""
    told = survivor.events.filter(action="absorb", data__merged=lead.pk).latest("id").data
    fields: dict[str, object] = {
        name: Lead._meta.get_field(name).get_default()  # type: ignore[union-attr]  # columns
        for name in told["filled"]
        if getattr(survivor, name) == getattr(lead, name)
    }
    same = {
        name
        for name in told["attributes"]
        if name in survivor.attributes and survivor.attributes[name] == lead.attributes.get(name)
    }
    if same:
        fields["attributes"] = {
            name: fact for name, fact in survivor.attributes.items() if name not in same
        }
    before = parse_datetime(told["acted_at"])
    if before is not None and survivor.acted_at == max(before, lead.acted_at):
        fields["acted_at"] = before
    _amend_judged(survivor, "release", fields, actor=actor, now=now, data={"released": lead.pk})


def _amend_judged(
    survivor: Lead,
    name: str,
    fields: dict[str, object],
    *,
    actor: User,
    now: datetime,
    data: Mapping[str, object],
) -> None:
    """Write it; while marketing holds the lead, the definition judges what is known now."""
    for column, value in fields.items():
        setattr(survivor, column, value)
    if survivor.stage in MARKETING_STAGES:
        judged = JUDGED if judge_by(active_definition(), survivor, now) else ()
        fields = fields | {column: getattr(survivor, column) for column in judged}
    amend(survivor, name, fields, actor=actor, now=now, data=data, words={})
