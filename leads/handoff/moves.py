"""The one place that writes a stage: every action becomes a `Move`, and `carry_out` writes it.

One transaction: the event, its personal words, custody, the clocks (through the signal) and the
lead itself. Actions decide what a move is; nobody else calls this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.changes import Agenda, Change, announce
from leads.handoff.models import Custody, Event, Lead, Remark
from leads.handoff.stages import CLOSED_STAGES, OPEN_STAGES, UNDOABLE, Action, Stage

AGENDA_FIELDS = ("next_kind", "next_started_at", "next_at_risk_at", "next_due_at")
STANDING = ("stage", "holder_id", "team_id", "closed_at")
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


def carry_out(lead: Lead, move: Move) -> Event:
    """Write a move of a locked lead; returns its event. Raises DomainError `not_allowed` where the
    database refuses it because the same person has another open lead."""
    # Two requests may get the lock in the other order than they came; a story never runs backwards.
    move = replace(move, now=max(move.now, lead.changed_at))
    before = {name: getattr(lead, name) for name in (*STANDING, *move.fields)}
    _set_standing(lead, move)
    event = record(
        lead,
        move.action,
        actor=move.actor,
        now=move.now,
        from_stage=before["stage"],
        data={**move.data, **_memory(move, before)},
        words=move.words,
    )
    new_holder = (before["holder_id"], before["team_id"]) != (lead.holder_id, lead.team_id)
    _hand_on(lead, move, was_open=before["stage"] in OPEN_STAGES, new_holder=new_holder)
    _keep(
        lead,
        announce(
            Change(
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
            )
        ),
    )
    _save(lead, move)
    return event


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
    event = Event.objects.create(
        lead=lead,
        at=max(now, lead.changed_at),
        action=action,
        actor=actor,
        from_stage=lead.stage if from_stage is None else from_stage,
        to_stage=lead.stage,
        data=dict(data),
    )
    Remark.objects.bulk_create(
        Remark(event=event, kind=kind, text=text) for kind, text in words.items() if text
    )
    return event


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


def begin(
    lead: Lead,
    *,
    actor: User | None,
    now: datetime,
    data: Mapping[str, object],
    words: Mapping[str, str],
) -> Event:
    """Write a lead that did not exist: its row, first event, first holder and first clock."""
    lead.stage, lead.last_action = Stage.CAPTURED, Action.CAPTURE
    lead.last_actor, lead.changed_at = actor, now
    lead.save(force_insert=True)
    event = record(
        lead, Action.CAPTURE, actor=actor, now=now, from_stage="", data=data, words=words
    )
    Custody.objects.create(
        lead=lead, holder_id=lead.holder_id, team_id=lead.team_id, since=now, cause=Action.CAPTURE
    )
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
    _keep(lead, announce(change))
    lead.save(update_fields=AGENDA_FIELDS)
    return event


def _set_standing(lead: Lead, move: Move) -> None:
    lead.stage, lead.last_action = move.to, move.action
    lead.last_actor, lead.changed_at = move.actor, move.now
    lead.holder_id, lead.team_id = move.holder_id, move.team_id
    if move.to in CLOSED_STAGES:
        lead.closed_at = lead.closed_at or move.now
    else:
        lead.closed_at = None
    for name, value in move.fields.items():
        setattr(lead, name, value)


def _memory(move: Move, before: Mapping[str, object]) -> dict[str, object]:
    """What an undo must give back, in words that JSON knows."""
    if move.action not in UNDOABLE:
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


def _hand_on(lead: Lead, move: Move, *, was_open: bool, new_holder: bool) -> None:
    """Keep the chain of custody: close the link that ends, open the one that begins."""
    if was_open and (new_holder or not lead.is_open):
        Custody.objects.filter(lead=lead, until=None).update(until=move.now)
    if lead.is_open and (new_holder or not was_open):
        Custody.objects.create(
            lead=lead,
            holder_id=lead.holder_id,
            team_id=lead.team_id,
            since=move.now,
            cause=move.action,
        )


def _keep(lead: Lead, agenda: Agenda | None) -> None:
    lead.next_kind = agenda.kind if agenda else ""
    lead.next_started_at = agenda.started_at if agenda else None
    lead.next_at_risk_at = agenda.at_risk_at if agenda else None
    lead.next_due_at = agenda.due_at if agenda else None


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
