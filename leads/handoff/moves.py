"""The one place that writes a stage: every action becomes a `Move`, and `carry_out` writes it.

One transaction: the event, its personal words, custody, the clocks (through the signal) and the
lead itself. Actions decide what a move is; nobody else calls this. What a move makes of a lead is
worked out in memory first (`work_out`), so that `crowd` can write many leads at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from leadbridge.kernel.copying import copy_rows, fresh
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.changes import Agenda, Change, PausedTime, announce
from leads.handoff.models import Custody, Event, Lead, Remark
from leads.handoff.stages import (
    CLOSED_STAGES,
    OPEN_STAGES,
    REMEMBERED,
    SALES_STAGES,
    TELLS_STATUS,
    Action,
    Stage,
)

AGENDA_FIELDS = ("next_kind", "next_started_at", "next_at_risk_at", "next_due_at", "relief")
STANDING = ("stage", "holder_id", "team_id", "closed_at", "status_owed")
# A verdict is knowledge and no decision, so an undo keeps it; and its lines quote what the person
# told, which no event may keep.
JUDGEMENT = ("definition_id", "verdict", "verdict_lines", "fit", "interest", "tier")


@dataclass(frozen=True)
class Move:
    """What an action makes of a lead. `fields` are set on it; `words` become remarks."""

    action: Action
    to: Stage
    actor: User | None
    now: datetime
    holder_id: int | None
    team_id: int
    fields: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    promised_at: datetime | None = None
    undone_id: int | None = None
    pauses: tuple[PausedTime, ...] | None = None
    undated: bool = False


@dataclass(frozen=True)
class Moved:
    """What a move made of a lead in memory, and the rows that tell of it; nothing is written yet.

    `leaves`: the open link of custody ends; `enters`: the link that begins.
    """

    change: Change
    remarks: list[Remark]
    leaves: bool
    enters: Custody | None


def carry_out(lead: Lead, move: Move) -> Event:
    """Write a move of a locked lead; returns its event. Raises DomainError `not_allowed` where the
    database refuses it because the same person has another open lead."""
    moved = work_out(lead, move)
    _write(moved)
    keep_agenda(lead, announce(moved.change))
    _save(lead, move)
    return moved.change.event


def work_out(lead: Lead, move: Move) -> Moved:
    """Change a lead in memory by a move; what else there is to write of it."""
    # Two requests may get the lock in the other order than they came; a story never runs backwards.
    move = replace(move, now=max(move.now, lead.changed_at))
    before = {name: getattr(lead, name) for name in (*STANDING, *move.fields)}
    _set_standing(lead, move)
    data = {**move.data, **_memory(move, before)}
    event = _event_of(lead, move.action, move.actor, move.now, before["stage"], data)
    new_holder = (before["holder_id"], before["team_id"]) != (lead.holder_id, lead.team_id)
    was_open = before["stage"] in OPEN_STAGES
    change = Change(
        lead=lead,
        event=event,
        action=move.action,
        actor=move.actor,
        now=move.now,
        at=move.at or move.now,
        from_stage=before["stage"],
        new_holder=new_holder,
        promised_at=move.promised_at,
        undone_id=move.undone_id,
        pauses=move.pauses,
        undated=move.undated,
    )
    return Moved(
        change,
        _remarks_of(event, move.words),
        leaves=was_open and (new_holder or not lead.is_open),
        enters=_link_of(change) if lead.is_open and (new_holder or not was_open) else None,
    )


def _write(moved: Moved) -> None:
    """Write what tells of a move: the event, its words, and the chain of custody."""
    moved.change.event.save(force_insert=True)
    Remark.objects.bulk_create(moved.remarks)
    if moved.leaves:
        links = Custody.objects.filter(lead=moved.change.lead, until=None)
        links.update(until=moved.change.now)
    if moved.enters is not None:
        moved.enters.save(force_insert=True)


def record(
    lead: Lead,
    action: str,
    *,
    actor: User | None,
    now: datetime,
    from_stage: str | None = None,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Event:
    """Append an event with its personal words; without `from_stage` the stage did not change."""
    event, remarks = work_out_record(
        lead, action, actor=actor, now=now, from_stage=from_stage, data=data, words=words
    )
    write_record(event, remarks)
    return event


def work_out_record(
    lead: Lead,
    action: str,
    *,
    actor: User | None,
    now: datetime,
    from_stage: str | None = None,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> tuple[Event, list[Remark]]:
    """The same, not yet written."""
    from_stage = lead.stage if from_stage is None else from_stage
    event = _event_of(lead, action, actor, max(now, lead.changed_at), from_stage, data)
    return event, _remarks_of(event, words)


def write_record(event: Event, remarks: list[Remark]) -> None:
    """Write an event with its words."""
    event.save(force_insert=True)
    Remark.objects.bulk_create(remarks)


def record_many(
    told: Sequence[tuple[Lead, Mapping[str, object]]], action: str, *, actor: User, now: datetime
) -> list[Event]:
    """The same of many locked leads whose stage stays, without any words, written at once."""
    events = [
        _event_of(lead, action, actor, max(now, lead.changed_at), lead.stage, data)
        for lead, data in told
    ]
    copy_rows(events)
    return events


def note(
    lead: Lead,
    action: Action,
    *,
    actor: User | None,
    now: datetime,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Event:
    """An action that leaves a lead as it stands, but is the last thing that happened to it: no
    decision before it can be taken back any more."""
    lead.last_action, lead.last_actor = action, actor
    lead.changed_at = max(now, lead.changed_at)
    lead.save(update_fields=["last_action", "last_actor", "changed_at"])
    return record(lead, action, actor=actor, now=now, data=data, words=words)


def amend(
    lead: Lead,
    name: str,
    fields: Mapping[str, object],
    *,
    actor: User | None,
    now: datetime,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Event:
    """Correct what was told of a lead. Neither where it stands nor its last decision changes, so
    that one may still be taken back."""
    for column, value in fields.items():
        setattr(lead, column, value)
    if fields:
        lead.save(update_fields=sorted(fields))
    return record(lead, name, actor=actor, now=now, data=data, words=words)


def begin(
    lead: Lead,
    *,
    actor: User | None,
    now: datetime,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Event:
    """Write a lead that did not exist: its row, first event, first holder and first clock."""
    begun = work_out_beginning(lead, actor=actor, now=now, data=data, words=words)
    lead.save(force_insert=True)
    _write(begun)
    keep_agenda(lead, announce(begun.change))
    lead.save(update_fields=AGENDA_FIELDS)
    return begun.change.event


def work_out_beginning(
    lead: Lead,
    *,
    actor: User | None,
    now: datetime,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Moved:
    """The same for a lead that does not exist yet."""
    lead.stage, lead.last_action = Stage.CAPTURED, Action.CAPTURE
    lead.last_actor, lead.changed_at = actor, now
    event = _event_of(lead, Action.CAPTURE, actor, now, "", data)
    change = Change(
        lead=lead,
        event=event,
        action=Action.CAPTURE,
        actor=actor,
        now=now,
        at=now,
        from_stage="",
        new_holder=True,
    )
    return Moved(change, _remarks_of(event, words), leaves=False, enters=_link_of(change))


def _event_of(
    lead: Lead,
    action: str,
    actor: User | None,
    at: datetime,
    from_stage: str,
    data: Mapping[str, object],
) -> Event:
    return fresh(
        Event,
        lead=lead,
        at=at,
        action=action,
        actor=actor,
        from_stage=from_stage,
        to_stage=lead.stage,
        data=dict(data),
    )


def _remarks_of(event: Event, words: Mapping[str, str]) -> list[Remark]:
    return [Remark(event=event, kind=kind, text=text) for kind, text in words.items() if text]


def _link_of(change: Change) -> Custody:
    """The link of custody that begins with a change."""
    lead = change.lead
    return fresh(
        Custody,
        lead=lead,
        holder_id=lead.holder_id,
        team_id=lead.team_id,
        since=change.now,
        cause=change.action,
    )


def _set_standing(lead: Lead, move: Move) -> None:
    lead.stage, lead.last_action = move.to, move.action
    lead.last_actor, lead.changed_at = move.actor, move.now
    lead.holder_id, lead.team_id = move.holder_id, move.team_id
    if move.to in CLOSED_STAGES:
        lead.closed_at = lead.closed_at or move.now
    else:
        lead.closed_at = None
    if move.action in TELLS_STATUS or move.to not in SALES_STAGES:
        lead.status_owed = False
    for name, value in move.fields.items():
        setattr(lead, name, value)


def _memory(move: Move, before: Mapping[str, object]) -> dict[str, object]:
    """What an undo must give back, in words that JSON knows."""
    if move.action not in REMEMBERED:
        return {}
    kept = {name: _plain(value) for name, value in before.items() if name not in JUDGEMENT}
    return {"before": kept}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, User):
        return value.pk
    return value


def keep_agenda(lead: Lead, agenda: Agenda | None) -> None:
    """Note on a lead, in memory, what its clocks say is due next."""
    lead.next_kind = agenda.kind if agenda else ""
    lead.next_started_at = agenda.started_at if agenda else None
    lead.next_at_risk_at = agenda.at_risk_at if agenda else None
    lead.next_due_at = agenda.due_at if agenda else None
    lead.relief = agenda.relief if agenda else ""


def renew_agenda(lead: Lead, agenda: Agenda | None) -> None:
    """What is due next on a locked lead became something else without an act on the lead."""
    keep_agenda(lead, agenda)
    lead.save(update_fields=AGENDA_FIELDS)


def renew_agendas(found: Sequence[tuple[Lead, Agenda | None]]) -> None:
    """The same of many."""
    for lead, agenda in found:
        keep_agenda(lead, agenda)
    Lead.objects.bulk_update([lead for lead, _ in found], AGENDA_FIELDS)


def _save(lead: Lead, move: Move) -> None:
    names = {*STANDING, *move.fields, *AGENDA_FIELDS, "last_action", "last_actor", "changed_at"}
    try:
        lead.save(update_fields=sorted(names))
    except IntegrityError as error:
        if "leads_lead_one_open_per_email" not in str(error):
            raise
        raise DomainError(
            "not_allowed",
            "The same person has another open lead. Carry on with that one, or merge the two.",
            status=409,
        ) from error
