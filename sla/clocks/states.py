"""How a clock stands: derived from stored instants and `now`, the same in Python and SQL.

Met exactly at the due instant is met. Nothing here is ever stored, so a worker that was down makes
notices late, never figures wrong.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.db.models import DateTimeField, F, Func, Q, Value
from django.db.models.expressions import Combinable

from leadbridge.kernel.deadline import Pressure, pressure_of, pressure_q


class State(StrEnum):
    """All states a clock can be in; the first four are those of a running one."""

    RUNNING = "running"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    VOID = "void"


class Instants(Protocol):
    """What the state of a clock follows from."""

    @property
    def at_risk_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def paused_from(self) -> datetime | None: ...
    @property
    def paused_until(self) -> datetime | None: ...
    @property
    def stopped_at(self) -> datetime | None: ...
    @property
    def void_at(self) -> datetime | None: ...


OF_PRESSURE = {
    Pressure.ON_TRACK: State.RUNNING,
    Pressure.AT_RISK: State.AT_RISK,
    Pressure.OVERDUE: State.OVERDUE,
}
IS_RUNNING = Q(stopped_at__isnull=True, void_at__isnull=True)


def in_running(instant: Combinable) -> Func:
    """An instant as the index of the running clocks holds it. PostgreSQL counts the values of an
    index of an expression by themselves, so it knows how few of those that run are late; of plain
    `due_at` it knows that nearly all clocks there ever were are past."""
    return Func(Value("UTC"), instant, function="timezone", output_field=DateTimeField())


RUNNING_DUE = in_running(F("due_at"))


def state_of(clock: Instants, now: datetime) -> State:
    """The state of one clock at `now`."""
    if clock.void_at is not None:
        return State.VOID
    if clock.stopped_at is not None:
        return State.MET if clock.stopped_at <= clock.due_at else State.MET_LATE
    if _is_paused(clock, now):
        return State.PAUSED
    return OF_PRESSURE[pressure_of(at_risk_at=clock.at_risk_at, due_at=clock.due_at, now=now)]


def _is_paused(clock: Instants, now: datetime) -> bool:
    """In a pause; a pause moves the due time, so what is late is not paused."""
    since, until = clock.paused_from, clock.paused_until
    return bool(since and until and since <= now < until and now <= clock.due_at)


def state_q(state: State, now: datetime) -> Q:
    """The same as a condition over the columns of clocks."""
    stopped = Q(stopped_at__isnull=False, void_at__isnull=True)
    match state:
        case State.VOID:
            return Q(void_at__isnull=False)
        case State.MET:
            return stopped & Q(stopped_at__lte=F("due_at"))
        case State.MET_LATE:
            return stopped & Q(stopped_at__gt=F("due_at"))
        case State.PAUSED:
            return IS_RUNNING & Q(paused_from__lte=now, paused_until__gt=now, due_at__gte=now)
    pressure = next(p for p, s in OF_PRESSURE.items() if s is state)
    under = IS_RUNNING & pressure_q(pressure, now, at_risk="at_risk_at", due="due_at")
    if state is State.OVERDUE:
        return under
    return under & (Q(paused_from=None) | Q(paused_from__gt=now) | Q(paused_until__lte=now))


def missed_q(now: datetime) -> Q:
    """Due and not met: stopped late, or still running past due. The complement of met."""
    return state_q(State.MET_LATE, now) | state_q(State.OVERDUE, now)
