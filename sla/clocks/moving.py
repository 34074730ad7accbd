"""What becomes of one running clock when its calendar is edited. Pure.

Only what was counted in working time moves; a promised date or the end of a park stays. An edit
tells nobody anything: a step of the ladder that it moves from ahead of now to behind it is dropped,
and a clock that it makes late climbs no further. What was told before stays told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sla.agreement.ladder import REMIND, TELL
from sla.calendars.arithmetic import BusinessCalendar, Pause, due, elapsed
from sla.clocks.spans import counted_span


@dataclass(frozen=True)
class Standing:
    """A running clock as it stands: columns that an edit may move, and what they follow from."""

    id: int
    lead_id: int
    calendar_id: int
    counted: bool
    target_seconds: int
    at_risk_share: Decimal
    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    pauses: Sequence[Sequence[str]]
    detected_at: datetime | None
    steps: Sequence[str]
    step_times: Sequence[datetime]
    next_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Past due; met exactly at due is met."""
        return self.due_at < now

    @property
    def is_told(self) -> bool:
        """Was its miss told?"""
        return self.detected_at is not None


@dataclass(frozen=True)
class Moved:
    """A clock after the edit. `dropped` are steps that the edit took away, with their new times."""

    clock: Standing
    at_risk_at: datetime
    due_at: datetime
    detected_at: datetime | None
    steps: tuple[str, ...]
    step_times: tuple[datetime, ...]
    dropped: tuple[tuple[str, datetime], ...]
    late: bool
    turned_late: bool
    late_no_longer: bool

    @property
    def has_moved(self) -> bool:
        """Is it due at another instant?"""
        return self.due_at != self.clock.due_at

    @property
    def next_at(self) -> datetime | None:
        """When the sweep looks at it next; one that is looked at no more (set aside) stays so."""
        looked_at = self.clock.next_at is not None or self.clock.is_told
        return self.step_times[0] if self.step_times and looked_at else None


def move(clock: Standing, *, old: BusinessCalendar, new: BusinessCalendar, now: datetime) -> Moved:
    """The clock, counted by `new` instead of by `old`.

    DomainError `no_working_time` where the new calendar has no time left for it.
    """
    if not clock.counted:
        return _unmoved(clock, now)
    pauses = [_pause(pair) for pair in clock.pauses]
    span = counted_span(clock.started_at, clock.target_seconds, clock.at_risk_share, new, pauses)
    was_late, late = clock.is_late(now), span.due_at < now
    turned_late = late and not was_late
    late_no_longer = was_late and not late
    kept, dropped = [], []
    for step, at in _steps(clock, late_no_longer):
        then = _step_time(step, at, clock, span.at_risk_at, span.due_at, old, new)
        passed_by = then < now <= at
        (dropped if turned_late or passed_by else kept).append((step, then))
    detected_at = clock.detected_at
    if turned_late:
        detected_at = detected_at or now
    elif late_no_longer:
        detected_at = None
    kept.sort(key=lambda pair: pair[1])
    return Moved(
        clock=clock,
        at_risk_at=span.at_risk_at,
        due_at=span.due_at,
        detected_at=detected_at,
        steps=tuple(step for step, _ in kept),
        step_times=tuple(then for _, then in kept),
        dropped=tuple(dropped),
        late=late,
        turned_late=turned_late,
        late_no_longer=late_no_longer,
    )


def _unmoved(clock: Standing, now: datetime) -> Moved:
    return Moved(
        clock=clock,
        at_risk_at=clock.at_risk_at,
        due_at=clock.due_at,
        detected_at=clock.detected_at,
        steps=tuple(clock.steps),
        step_times=tuple(clock.step_times),
        dropped=(),
        late=clock.is_late(now),
        turned_late=False,
        late_no_longer=False,
    )


def _steps(clock: Standing, late_no_longer: bool) -> list[tuple[str, datetime]]:
    """The steps still to come. A told miss that is none any more may be missed again: it is marked
    then, though its receivers were told and hear nothing twice (the message's key is taken)."""
    steps = list(zip(clock.steps, clock.step_times, strict=True))
    if late_no_longer and clock.is_told and TELL not in clock.steps:
        steps.insert(0, (TELL, clock.due_at))
    return steps


def _step_time(
    step: str,
    at: datetime,
    clock: Standing,
    at_risk_at: datetime,
    due_at: datetime,
    old: BusinessCalendar,
    new: BusinessCalendar,
) -> datetime:
    """A reminder comes at risk, the telling at due, any later step as much working time after due
    as it did before."""
    if step == REMIND:
        return at_risk_at
    if step == TELL:
        return due_at
    return due(new, due_at, int(elapsed(old, clock.due_at, at)))


def _pause(pair: Sequence[str]) -> Pause:
    return datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1])
