"""What a change of a lead does to its clocks, inside the very transaction of the change.

The table in `kinds` says it; `plan` applies the table without a database, `beginning` makes what
starts; `write_change` writes the plan for the one receiver of the handoff's signal (`receiver`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.prepared import Prepared
from leads.handoff.changes import Agenda, Change
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action
from sla.agreement.ladder import TELL
from sla.calendars.arithmetic import elapsed, read_pauses
from sla.calendars.queries import calendar_of
from sla.clocks import repausing
from sla.clocks.beginning import may_start, owner_of, start
from sla.clocks.kinds import KINDS, Kind
from sla.clocks.models import Clock
from sla.clocks.news import tell_of
from sla.clocks.relief import relief_of
from sla.clocks.states import IS_RUNNING

COPIED_ON_UNDO = (
    "lead_id",
    "kind",
    "side",
    "tier",
    "relief",
    "number",
    "calendar_id",
    "agreement_id",
    "target_seconds",
    "at_risk_share",
    "counted",
    "pauses",
    "paused_from",
    "paused_until",
    "steps",
    "step_times",
    "started_at",
    "at_risk_at",
    "due_at",
    "breached_at",
    "detected_at",
)

ENDING = (
    "stopped_at", "elapsed_seconds", "void_at", "void_cause", "ended_by", "next_at",
    "breached_at", "detected_at",
)  # fmt: skip


_RUNNING = Prepared(
    1,
    lambda lead_id: (
        Clock.objects.filter(IS_RUNNING, lead=lead_id).select_for_update(no_key=True).order_by("pk")
    ),
)


@dataclass(frozen=True)
class Plan:
    """Names of the kinds that an action stops, makes void and starts."""

    stops: tuple[str, ...]
    voids: tuple[str, ...]
    starts: tuple[str, ...]


def plan(change: Change, running: Collection[str]) -> Plan:
    """What the table says of this change, given the kinds that run on the lead. Pure."""
    stops: list[str] = []
    voids: list[str] = []
    for name in running:
        kind = KINDS[name]
        if change.action in kind.stops:
            at_once = kind.void_when_automatic and change.actor is None
            (voids if at_once else stops).append(name)
        elif change.action in kind.voids or not (change.lead.is_open or kind.outlives):
            voids.append(name)
    # A promise that runs on is not made a second time.
    left = set(running) - {*stops, *voids}
    starts = [n for n, kind in KINDS.items() if n not in left and _begins(kind, change)]
    return Plan(tuple(stops), tuple(voids), tuple(starts))


def _begins(kind: Kind, change: Change) -> bool:
    if change.action in kind.starts:
        stages = kind.only_from.get(change.action)
        return stages is None or change.from_stage in stages
    return change.action is Action.REASSIGN and change.lead.stage == kind.restarts_in


def write_change(change: Change) -> Agenda | None:
    """Stop, void, hand on and start the clocks of a changed lead; answer what is due next."""
    running = _RUNNING.all(change.lead.pk) if change.from_stage else []
    if change.action is Action.UNDO:
        return agenda_of(_undo(change, running))
    turned = turn(change, running)
    for clock in turned.ended:
        clock.save(update_fields=ENDING)
    _save_owner(turned.handed_on)
    for clock in turned.repaused:
        clock.save(update_fields=repausing.COLUMNS)
    for clock in turned.started:
        clock.save(force_insert=True)
    tell_of(change)
    return agenda_of(turned.running)


@dataclass(frozen=True)
class Turn:
    """What a change made of clocks in memory; nothing is written yet. `running` go on after it."""

    ended: list[Clock]
    handed_on: list[Clock]
    repaused: list[Clock]
    started: list[Clock]
    running: list[Clock]


Planner = Callable[[Change, Collection[str]], Plan]
Begin = Callable[[Kind, Change, Sequence[Clock], str], Clock | None]
Relieve = Callable[[Change, Sequence[Clock]], str]


def turn(
    change: Change,
    running: Sequence[Clock],
    *,
    begin: Begin = start,
    relieve: Relieve = relief_of,
    planner: Planner = plan,
) -> Turn:
    """Stop, void, hand on and start clocks in memory, as the table says. Whoever turns the clocks
    of many leads plans and begins them, and finds their reliefs, in a way of their own."""
    planned = planner(change, [clock.kind for clock in running])
    ended, left = [], []
    for clock in running:
        if clock.kind in planned.stops:
            stop(clock, at=change.at, now=change.now, event=change.event)
            if change.undated:
                leave_unjudged(clock)
        elif clock.kind in planned.voids:
            end_unmet(clock, change)
        else:
            left.append(clock)
            continue
        ended.append(clock)
    handed_on = _hand_on(left, change.lead)
    relief = relieve(change, running)
    begun = (
        begin(KINDS[name], change, ended, relief)
        for name in planned.starts
        if may_start(KINDS[name], change)
    )
    started = [clock for clock in begun if clock is not None]
    changed = change.pauses is not None
    repaused = repausing.repause(left, change.pauses or (), change.now) if changed else []
    return Turn(ended, handed_on, repaused, started, left + started)


def stop(clock: Clock, *, at: datetime, now: datetime, event: Event) -> None:
    """Stop a clock at `at`, in memory. A breach that was told is not talked away by a later log."""
    stopped = max(now if clock.detected_at else at, clock.started_at)
    clock.stopped_at, clock.ended_by, clock.next_at = stopped, event, None
    calendar, pauses = calendar_of(clock.calendar_id), read_pauses(clock.pauses)
    clock.elapsed_seconds = int(elapsed(calendar, clock.started_at, stopped, pauses))
    if stopped > clock.due_at and clock.breached_at is None:
        clock.breached_at, clock.detected_at = clock.due_at, now


def leave_unjudged(clock: Clock) -> None:
    """A clock that ended nobody knows when counts neither as met nor as missed; in memory."""
    if clock.stopped_at is None:
        return
    clock.void_at, clock.void_cause = clock.stopped_at, "undated"
    clock.stopped_at = clock.elapsed_seconds = clock.breached_at = clock.detected_at = None


def end_unmet(clock: Clock, change: Change) -> None:
    """End a clock whose promise lost its object: void while it is not due. What was due and not
    done stays a miss, so that last week's figures never change."""
    if change.now > clock.due_at:
        stop(clock, at=change.now, now=change.now, event=change.event)
    else:
        _void(clock, cause=change.action, now=change.now, event=change.event)


def _void(clock: Clock, *, cause: str, now: datetime, event: Event) -> None:
    clock.void_at, clock.void_cause, clock.next_at = now, cause, None
    clock.ended_by = event


def _hand_on(clocks: Sequence[Clock], lead: Lead) -> list[Clock]:
    """What runs on is owed by whoever owes it now; what was due stays where it was due."""
    handed_on = []
    for clock in clocks:
        owner = owner_of(KINDS[clock.kind], lead)
        if clock.breached_at is None and owner != (clock.holder_id, clock.team_id):
            clock.holder_id, clock.team_id = owner
            handed_on.append(clock)
    return handed_on


def _save_owner(clocks: Sequence[Clock]) -> None:
    """Write whose the clocks are that were handed on: one statement for each owner."""
    owners = {(clock.holder_id, clock.team_id) for clock in clocks}
    for holder_id, team_id in owners:
        theirs = [c.pk for c in clocks if (c.holder_id, c.team_id) == (holder_id, team_id)]
        Clock.objects.filter(pk__in=theirs).update(holder_id=holder_id, team_id=team_id)


def _undo(change: Change, running: Sequence[Clock]) -> list[Clock]:
    """What the undone act started is void; what it had ended goes on as a successor; whatever runs
    is owed by who owes it now, as before the act."""
    left = []
    for clock in running:
        if clock.started_by_id == change.undone_id:
            _void(clock, cause="undone", now=change.now, event=change.event)
            clock.save(update_fields=ENDING)
        else:
            left.append(clock)
    ended = Clock.objects.filter(lead=change.lead, ended_by_id=change.undone_id)
    for clock in ended.select_for_update(no_key=True).order_by("pk"):
        if clock.kind in {running.kind for running in left}:
            continue
        _void(clock, cause="undone", now=change.now, event=change.event)
        clock.save(update_fields=ENDING)
        left.append(_successor(clock, change))
    _save_owner(_hand_on(left, change.lead))
    return left


def _successor(clock: Clock, change: Change) -> Clock:
    """The clock that goes on where an undone act had ended one. A miss that was told stays with
    whoever let it pass; one that nobody was told of yet is left to the sweep."""
    same = {name: getattr(clock, name) for name in COPIED_ON_UNDO}
    told = clock.detected_at is not None and TELL not in clock.steps
    if not told:
        # A stop that comes too late marks the miss as well, but tells nobody.
        same["breached_at"] = same["detected_at"] = None
    kept = clock.holder_id, clock.team_id
    holder_id, team_id = kept if told else owner_of(KINDS[clock.kind], change.lead)
    return Clock.objects.create(
        **same,
        holder_id=holder_id,
        team_id=team_id,
        started_by=change.event,
        next_at=clock.step_times[0] if clock.step_times else None,
    )


def agenda_of(running: Sequence[Clock]) -> Agenda | None:
    """What is due first of the clocks that run on the way of a lead."""
    on_its_way = [clock for clock in running if not KINDS[clock.kind].aside]
    if not on_its_way:
        return None
    order = list(KINDS)
    first = min(on_its_way, key=lambda clock: (clock.due_at, order.index(clock.kind)))
    relief = next((clock.relief for clock in on_its_way if clock.relief), "")
    return Agenda(first.kind, first.started_at, first.at_risk_at, first.due_at, relief)
