"""From an agreed amount to instants: when a clock is at risk and when it is due. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.agreement.amounts import Amount, Unit
from sla.agreement.targets import Target
from sla.calendars.arithmetic import BusinessCalendar, due, elapsed, open_seconds_of_business_day


@dataclass(frozen=True)
class Span:
    """The instants of one clock; `target_seconds` is working time."""

    started_at: datetime
    at_risk_at: datetime
    due_at: datetime
    target_seconds: int


def span_of(
    target: Target,
    calendar: BusinessCalendar,
    *,
    start: datetime,
    promised_at: datetime | None = None,
    parked_until: datetime | None = None,
) -> Span:
    """The instants of a clock that starts at `start`.

    A promised date counts as it was given, but never beyond the agreed time; a park gives its
    agreed time from the end of the park on. DomainError `no_working_time` where the calendar never
    opens.
    """
    counted_from = max(start, parked_until) if parked_until else start
    bound = after(target.amount, calendar, counted_from)
    due_at = min(promised_at, bound) if promised_at else bound
    seconds = int(elapsed(calendar, start, due_at))
    if promised_at or parked_until or target.amount.unit is Unit.CALENDAR_DAYS:
        at_risk_at = start + (due_at - start) * float(target.at_risk_share)
    else:
        at_risk_at = min(due(calendar, start, int(seconds * target.at_risk_share)), due_at)
    return Span(start, max(at_risk_at, start), due_at, seconds)


def after(amount: Amount, calendar: BusinessCalendar, start: datetime) -> datetime:
    """The instant an amount of time after `start`, counted in its own unit."""
    if amount.unit is Unit.CALENDAR_DAYS:
        wall = start.astimezone(calendar.zone)
        return (wall + timedelta(days=amount.value)).astimezone(start.tzinfo)
    seconds = amount.business_seconds
    if seconds is None:
        seconds = amount.value * open_seconds_of_business_day(calendar)
    return due(calendar, start, seconds)
