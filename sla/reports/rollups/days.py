"""A period as whole days and what is left over. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE = timedelta(days=1)
Span = tuple[datetime, datetime]


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins where the organisation is."""
    return datetime.combine(day, time.min, zone)


def days_of_hour(hour: datetime, zone: ZoneInfo) -> set[date]:
    """The days that an hour of the world belongs to: two, where a zone is off by half an hour."""
    last = hour + timedelta(minutes=59, seconds=59)
    return {hour.astimezone(zone).date(), last.astimezone(zone).date()}


@dataclass(frozen=True)
class Split:
    """`days` can be taken as they were kept; `spans` must be counted from the rows."""

    days: tuple[date, ...]
    spans: tuple[Span, ...]


def split(start: datetime, end: datetime, kept: Collection[date], zone: ZoneInfo) -> Split:
    """Cut `[start, end)` into the kept days that lie wholly in it and the spans between them."""
    whole = [
        day for day in sorted(kept) if begins(day, zone) >= start and begins(day + ONE, zone) <= end
    ]
    spans: list[Span] = []
    at = start
    for day in whole:
        if at < begins(day, zone):
            spans.append((at, begins(day, zone)))
        at = begins(day + ONE, zone)
    if at < end:
        spans.append((at, end))
    return Split(tuple(whole), tuple(spans))


def runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in a row as first and last of each row: a month is one condition, not thirty."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and found[-1][1] + ONE == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
