"""One clock under other settings: from its start, its pauses and its stop to a due instant and a
verdict. Pure; all reckoning is that of `sla.clocks.spans` and the calendars.

A stop stays where it was: what is said here holds if behaviour had not changed.
"""

from collections.abc import Callable, Sequence, Set
from datetime import datetime
from typing import NamedTuple

from sla.agreement.amounts import Unit
from sla.agreement.targets import Target
from sla.calendars.arithmetic import BusinessCalendar, due, read_pauses
from sla.clocks.spans import span_of, working_seconds
from sla.reports.whatif.changes import Changes

MET, LATE, OPEN, AHEAD = "met", "met_late", "missed_open", "ahead"
MISSED = frozenset({LATE, OPEN})


class Ran(NamedTuple):
    """A clock as it was recorded, in the order of COLUMNS."""

    id: int
    lead_id: int
    kind: str
    team_id: int
    calendar_id: int
    counted: bool
    target_seconds: int
    started_at: datetime
    due_at: datetime
    pauses: Sequence[Sequence[str]]
    stopped_at: datetime | None
    elapsed_seconds: int | None


COLUMNS = Ran._fields

HoursOf = Callable[[int], BusinessCalendar]
"""The calendar that counts in place of a version."""


class Replay:
    """Reckons clocks again under `changes`. `hours_of` already answers the changed calendars;
    `restarted` are what an outage left of a promise: their time stays what was left."""

    def __init__(
        self, changes: Changes, hours_of: HoursOf, restarted: Set[int] = frozenset()
    ) -> None:
        self.hours_of = hours_of
        self.restarted = restarted
        self.targets = {kind: Target(kind, amount) for kind, amount in changes.targets.items()}
        self._seconds: dict[tuple[str, int], int] = {}

    def due_at(self, clock: Ran) -> datetime:
        """By when it would have been due. DomainError `no_working_time` where its hours never
        suffice."""
        target = self.targets.get(clock.kind)
        if target is None or clock.id in self.restarted:
            return self._as_agreed(clock)
        hours = self.hours_of(clock.calendar_id)
        if target.amount.unit is Unit.CALENDAR_DAYS:
            return span_of(target, hours, start=clock.started_at).due_at
        key = clock.kind, clock.calendar_id
        seconds = self._seconds.get(key)
        if seconds is None:
            seconds = self._seconds[key] = working_seconds(target.amount, hours)
        return due(hours, clock.started_at, seconds, _pauses(clock))

    def _as_agreed(self, clock: Ran) -> datetime:
        if not clock.counted:
            return clock.due_at
        hours = self.hours_of(clock.calendar_id)
        return due(hours, clock.started_at, clock.target_seconds, _pauses(clock))


def _pauses(clock: Ran) -> Sequence[tuple[datetime, datetime]]:
    return read_pauses(clock.pauses) if clock.pauses else ()


def verdict_of(due_at: datetime, stopped_at: datetime | None, until: datetime) -> str:
    """What became of a promise, seen at `until`; `ahead` is what is not due yet. As
    `sla.clocks.queries.fell_due` has it, one that is due later is out, even where it was kept."""
    if due_at >= until:
        return AHEAD
    if stopped_at is None:
        return OPEN
    return MET if stopped_at <= due_at else LATE
