"""What becomes of one running clock when its calendar is edited, or when its lead is paused. Pure.

Only what was counted in working time moves; a promised date or the end of a park stays. An edit
tells nobody anything: a step of the ladder that it moves from ahead of now to behind it is dropped,
and a clock that it makes late climbs no further. What was told before stays told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sla.agreement.ladder import REMIND, TELL
from sla.calendars.arithmetic import BusinessCalendar, Pause, due, elapsed, read_pauses
from sla.clocks.models import Clock
from sla.clocks.spans import Span, counted_span

StepAt = tuple[str, datetime]


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

    @classmethod
    def of(cls, clock: Clock) -> "Standing":
        """A clock that was read as a row of its table."""
        return cls(**{column.name: getattr(clock, column.name) for column in fields(cls)})

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
    span: Span
    at_risk_share: Decimal
    pauses: Sequence[Sequence[str]]
    detected_at: datetime | None
    steps: tuple[str, ...]
    step_times: tuple[datetime, ...]
    dropped: tuple[StepAt, ...] = ()
    turned_late: bool = False
    late_no_longer: bool = False

    @property
    def at_risk_at(self) -> datetime:
        """When it is at risk now."""
        return self.span.at_risk_at

    @property
    def due_at(self) -> datetime:
        """When it is due now."""
        return self.span.due_at

    @property
    def has_moved(self) -> bool:
        """Is it due at another instant?"""
        return self.due_at != self.clock.due_at

    @property
    def next_at(self) -> datetime | None:
        """When the sweep looks at it next; one that is looked at no more (set aside) stays so."""
        looked_at = self.clock.next_at is not None or self.clock.is_told
        return self.step_times[0] if self.step_times and looked_at else None


class Shifted(NamedTuple):
    """A step still to come: when it was due (None: the clock had no such step), when it is now."""

    step: str
    was_at: datetime | None
    at: datetime


def move(
    clock: Standing,
    *,
    old: BusinessCalendar,
    new: BusinessCalendar,
    now: datetime,
    pauses: Sequence[Pause] | None = None,
) -> Moved:
    """The clock, counted by `new` instead of by `old`, and with other pauses where they are given.

    DomainError `no_working_time` where the new calendar has no time left for it.
    """
    if not clock.counted:
        return unmoved(clock)
    written = clock.pauses if pauses is None else as_written(pauses)
    if pauses is None:
        pauses = read_pauses(clock.pauses)
    span = counted_span(clock.started_at, clock.target_seconds, clock.at_risk_share, new, pauses)
    steps = [
        Shifted(step, at, _step_time(step, at, clock, span, old=old, new=new))
        for step, at in _steps(clock, clock.is_late(now) and not span.due_at < now)
    ]
    return settled(clock, span, steps, now=now, share=clock.at_risk_share, pauses=written)


def settled(
    clock: Standing,
    span: Span,
    steps: Iterable[Shifted],
    *,
    now: datetime,
    share: Decimal,
    pauses: Sequence[Sequence[str]],
) -> Moved:
    """The clock with the instants an edit gives it. What the edit moved behind now is dropped, and
    a clock that it makes late climbs no further: nobody is told anything by an edit."""
    late = span.due_at < now
    turned_late = late and not clock.is_late(now)
    late_no_longer = clock.is_late(now) and not late
    kept: list[StepAt] = []
    dropped: list[StepAt] = []
    for step, was_at, at in steps:
        stood_ahead = was_at is None or now <= was_at
        (dropped if turned_late or (at < now and stood_ahead) else kept).append((step, at))
    kept.sort(key=_time_of)
    detected_at = None if late_no_longer else clock.detected_at
    return Moved(
        clock=clock,
        span=span,
        at_risk_share=share,
        pauses=pauses,
        detected_at=now if turned_late else detected_at,
        steps=tuple(step for step, _ in kept),
        step_times=tuple(at for _, at in kept),
        dropped=tuple(sorted(dropped, key=_time_of)),
        turned_late=turned_late,
        late_no_longer=late_no_longer,
    )


def unmoved(clock: Standing) -> Moved:
    """A clock that an edit leaves where it is."""
    return Moved(
        clock=clock,
        span=Span(
            clock.started_at, clock.at_risk_at, clock.due_at, clock.target_seconds, clock.counted
        ),
        at_risk_share=clock.at_risk_share,
        pauses=clock.pauses,
        detected_at=clock.detected_at,
        steps=tuple(clock.steps),
        step_times=tuple(clock.step_times),
    )


def as_written(pauses: Iterable[Pause]) -> list[list[str]]:
    """Pauses as a clock keeps them."""
    return [[since.isoformat(), until.isoformat()] for since, until in pauses]


def _steps(clock: Standing, late_no_longer: bool) -> list[StepAt]:
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
    span: Span,
    *,
    old: BusinessCalendar,
    new: BusinessCalendar,
) -> datetime:
    """A reminder comes at risk, the telling at due, any later step as much working time after due
    as it did before."""
    if step == REMIND:
        return span.at_risk_at
    if step == TELL:
        return span.due_at
    return due(new, span.due_at, int(elapsed(old, clock.due_at, at)))


def _time_of(step: StepAt) -> datetime:
    return step[1]
