"""From an agreed amount to instants: when a clock is at risk, when it is due, and when each step of
its ladder is. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sla.agreement.amounts import Amount, Unit
from sla.agreement.ladder import Step
from sla.agreement.targets import Target
from sla.calendars.arithmetic import (
    BusinessCalendar,
    Pause,
    due,
    elapsed,
    open_seconds_of_business_day,
)


@dataclass(frozen=True)
class Span:
    """The instants of one clock; `target_seconds` is working time.

    `counted`: the due time is working time from the start, so it moves with calendar and pauses;
    a promised date, the end of a park and calendar days stay where they are.
    """

    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    target_seconds: int
    counted: bool


def span_of(
    target: Target,
    calendar: BusinessCalendar,
    *,
    start: datetime,
    promised_at: datetime | None = None,
    parked_until: datetime | None = None,
    pauses: Sequence[Pause] = (),
) -> Span:
    """The instants of a clock that starts at `start`.

    A promised date counts as it was given, but never beyond the agreed time; a park gives its
    agreed time from the end of the park on. DomainError `no_working_time` where the calendar never
    opens.
    """
    if is_counted(target, promised_at, parked_until):
        seconds = working_seconds(target.amount, calendar)
        return counted_span(start, seconds, target.at_risk_share, calendar, pauses)
    due_at = due_of(
        target, calendar, start=start, promised_at=promised_at, parked_until=parked_until
    )
    at_risk_at = max(start, start + (due_at - start) * float(target.at_risk_share))
    return Span(start, at_risk_at, due_at, int(elapsed(calendar, start, due_at)), False)


def is_counted(target: Target, promised_at: datetime | None, parked_until: datetime | None) -> bool:
    """Is it due after so much working time, and not at a date?"""
    return not (promised_at or parked_until or target.amount.unit is Unit.CALENDAR_DAYS)


def due_of(
    target: Target,
    calendar: BusinessCalendar,
    *,
    start: datetime,
    promised_at: datetime | None = None,
    parked_until: datetime | None = None,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """The due instant of `span_of` alone, for whoever asks it of very many clocks."""
    if is_counted(target, promised_at, parked_until):
        return due(calendar, start, working_seconds(target.amount, calendar), pauses)
    counted_from = max(start, parked_until) if parked_until else start
    bound = after(target.amount, calendar, counted_from)
    return min(promised_at, bound) if promised_at else bound


def counted_span(
    start: datetime,
    seconds: int,
    at_risk_share: Decimal,
    calendar: BusinessCalendar,
    pauses: Sequence[Pause] = (),
) -> Span:
    """The instants of so much working time from `start`; asked again when calendar or pauses of a
    running clock change."""
    due_at = due(calendar, start, seconds, pauses)
    at_risk_at = min(due(calendar, start, int(seconds * at_risk_share), pauses), due_at)
    return Span(start, max(at_risk_at, start), due_at, seconds, True)


def step_times(
    steps: Iterable[Step], span: Span, extra: Amount, calendar: BusinessCalendar
) -> list[datetime]:
    """When each step of a ladder is due: a reminder at the at-risk instant, the telling at the due
    instant, every other so many times `extra`, the agreed time, after that."""
    return [_step_time(step, span, extra, calendar) for step in steps]


def _step_time(step: Step, span: Span, extra: Amount, calendar: BusinessCalendar) -> datetime:
    if step.at <= 1:
        return span.due_at if step.at == 1 else span.at_risk_at
    times = step.at - 1
    if extra.unit is Unit.CALENDAR_DAYS:
        return span.due_at + timedelta(days=float(extra.value * times))
    return due(calendar, span.due_at, int(working_seconds(extra, calendar) * times))


def after(
    amount: Amount, calendar: BusinessCalendar, start: datetime, pauses: Sequence[Pause] = ()
) -> datetime:
    """The instant an amount of time after `start`, counted in its own unit; calendar days go on
    through pauses."""
    if amount.unit is Unit.CALENDAR_DAYS:
        wall = start.astimezone(calendar.zone)
        return (wall + timedelta(days=amount.value)).astimezone(start.tzinfo)
    return due(calendar, start, working_seconds(amount, calendar), pauses)


def working_seconds(amount: Amount, calendar: BusinessCalendar) -> int:
    """An amount of working time in seconds; a business day is one full open day of the calendar."""
    seconds = amount.business_seconds
    if seconds is None:
        seconds = amount.value * open_seconds_of_business_day(calendar)
    return seconds
