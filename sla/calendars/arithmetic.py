"""Business time: what a promise of working hours means as an instant, and how much of it is gone.

A UTC instant is working iff its wall time lies in `[open, close)` of a block of its local date, the
date is no holiday (a holiday beats an override) and no pause covers it. A target used up exactly at
closing is due at closing; a zero target is due at the first working instant at or after the start.
All reckoning is done on UTC instants and is exact to the microsecond: Python subtracts two aware
times of one zone on the wall clock, which is wrong across a clock change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from leadbridge.kernel.errors import DomainError
from sla.calendars.content import (
    WEEKDAYS,
    Block,
    Holiday,
    Override,
    Public,
    Week,
    read_fields,
    read_holidays,
    read_name,
    read_overrides,
    read_public,
    read_week,
    write_blocks,
    write_holidays,
    write_overrides,
    write_public,
    zone_of,
)
from sla.calendars.timeline import NOTHING, SECOND, Timeline, YearTable

# So long without any working time, and the search gives up: the calendar never opens again.
HORIZON = timedelta(days=800)
# Ten years round the clock. Whoever promises more has mistaken the unit.
MOST_SECONDS = 10 * 366 * 86_400
# What is asked about may not be longer, so that no question takes more than a fraction of a second.
MOST_YEARS_ASKED = 100

Pause = tuple[datetime, datetime]
"""A half-open stretch `[from, to)` of instants in which nothing counts."""


@dataclass(frozen=True)
class BusinessCalendar:
    """When somebody works. Equal content makes equal calendars; nothing of it ever changes.

    `holidays` are all dates that are off; `public` and `closures` say where they come from.
    """

    zone: ZoneInfo
    week: Week
    holidays: tuple[Holiday, ...] = ()
    overrides: tuple[Override, ...] = ()
    name: str = ""
    public: Public | None = None
    closures: tuple[Holiday, ...] = ()

    @classmethod
    def from_content(cls, content: object, *, name: str = "") -> BusinessCalendar:
        """The calendar that a JSON value describes (see `content.py` for its shape).

        DomainError `invalid_timezone` or `invalid_schedule`, whatever JSON comes in. One that never
        opens can be read and shown; `require_working_time` refuses it where it is configured.
        """
        fields = read_fields(content)
        closures = read_holidays(fields.get("closures", []), "closures")
        off = {day: Holiday(day, what) for day, what in read_holidays(fields.get("holidays", []))}
        off |= {closure.day: closure for closure in closures}
        return cls(
            zone=zone_of(fields.get("timezone")),
            week=read_week(fields["weekly"]),
            holidays=tuple(sorted(off.values())),
            overrides=read_overrides(fields.get("overrides", {})),
            name=name or read_name(fields.get("name"), "name"),
            public=read_public(fields.get("public")),
            closures=closures,
        )

    def content(self) -> dict[str, object]:
        """The inverse of `from_content`, in its one normal form; the name is kept beside it."""
        days = zip(WEEKDAYS, self.week, strict=True)
        written: dict[str, object] = {
            "timezone": self.zone.key,
            "weekly": {day: write_blocks(blocks) for day, blocks in days if blocks},
            "holidays": write_holidays(self.holidays),
            "overrides": write_overrides(self.overrides),
        }
        if self.public:
            written["public"] = write_public(self.public)
        if self.closures:
            written["closures"] = write_holidays(self.closures)
        return written

    @cached_property
    def timeline(self) -> Timeline:
        """The calendar laid out on the UTC axis, expanded year by year when first asked for."""
        return Timeline(self.zone, self.blocks_on)

    @cached_property
    def holidays_by_day(self) -> dict[date, Holiday]:
        """Holidays by their local date."""
        return {holiday.day: holiday for holiday in self.holidays}

    @cached_property
    def overrides_by_day(self) -> dict[date, Override]:
        """Overrides by their local date."""
        return {override.day: override for override in self.overrides}

    def blocks_on(self, day: date) -> tuple[Block, ...]:
        """The open hours of a local date."""
        if day in self.holidays_by_day:
            return ()
        override = self.overrides_by_day.get(day)
        return self.week[day.weekday()] if override is None else override.blocks


def due(
    calendar: BusinessCalendar, start: datetime, seconds: int, pauses: Sequence[Pause] = ()
) -> datetime:
    """The earliest UTC instant by which `seconds` of working time have passed since `start`.

    Pauses may overlap and come in any order; a backward one covers nothing. DomainError
    `invalid_amount` for an amount or instant that is none, `no_working_time` where the calendar
    does not open for 800 days on end.
    """
    if type(seconds) is not int or not 0 <= seconds <= MOST_SECONDS:
        raise refused_amount()
    if start.tzinfo is not UTC:
        start = in_utc(start)
    target = _length(seconds)
    return _due_around(calendar, start, target, pauses) if pauses else _due(calendar, start, target)


def elapsed(
    calendar: BusinessCalendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
) -> float:
    """Working seconds in `[start, end)`: an int when whole, else a float; 0 if `end <= start`."""
    passed = working_time(calendar, start, end, pauses)
    return passed.total_seconds() if passed.microseconds else passed // SECOND


def working_time(
    calendar: BusinessCalendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
) -> timedelta:
    """Working time in `[start, end)`, exact to the microsecond; nothing if `end <= start`."""
    start, end = in_utc(start), in_utc(end)
    if end.year - start.year > MOST_YEARS_ASKED:
        raise DomainError(
            "invalid_amount", f"Ask about {MOST_YEARS_ASKED} years at most.", field="end"
        )
    total = NOTHING
    for pause_start, pause_end in joined(pauses) if pauses else ():
        if pause_end <= start:
            continue
        if pause_start >= end:
            break
        total += _worked(calendar, start, pause_start)
        start = pause_end
    return total + _worked(calendar, start, end)


def is_working(calendar: BusinessCalendar, instant: datetime, pauses: Sequence[Pause] = ()) -> bool:
    """Whether time counts at that instant."""
    instant = in_utc(instant)
    table = calendar.timeline.year(instant.year)
    at = bisect_right(table.opens, instant) - 1
    is_open = at >= 0 and instant < table.closes[at]
    return is_open and not any(begin <= instant < end for begin, end in joined(pauses))


def next_working(
    calendar: BusinessCalendar, instant: datetime, pauses: Sequence[Pause] = ()
) -> datetime:
    """The first working instant at or after `instant`; DomainError `no_working_time` if none."""
    return due(calendar, instant, 0, pauses)


def open_seconds_of_business_day(calendar: BusinessCalendar) -> int:
    """The length of a business day: one full open day of the week.

    Where the open weekdays differ, it is their average, rounded to the second, so that five
    business days of a five-day week are that week. DomainError `no_working_time` where no weekday
    is open.
    """
    days = [sum(block.close - block.open for block in blocks) for blocks in calendar.week if blocks]
    if not days:
        raise _closed("A business day has no length: no day of this week is open.")
    return round(sum(days) / len(days))


def require_working_time(calendar: BusinessCalendar) -> None:
    """DomainError `no_working_time` where the calendar never opens. Ask it when one is saved."""
    holidays = calendar.holidays_by_day
    once = any(override.blocks and override.day not in holidays for override in calendar.overrides)
    if not once and not any(calendar.week):
        raise _closed("This calendar never opens. Give at least one weekday open hours.")


def in_utc(instant: datetime) -> datetime:
    """The instant in UTC; DomainError `invalid_amount` where it has no zone or is out of range."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise DomainError("invalid_amount", f"{instant} has no zone. Give one, or use UTC.")
    try:
        return instant.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise DomainError("invalid_amount", f"{instant} is too near the end of time.") from error


def read_pauses(pairs: Iterable[Sequence[str]]) -> list[Pause]:
    """Pauses as JSON keeps them, pairs of instants in ISO 8601, in order."""
    return sorted(
        (datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in pairs
    )


def joined(pauses: Iterable[Pause]) -> list[Pause]:
    """The same pauses in UTC, in order, none empty, no two overlapping or touching."""
    result: list[Pause] = []
    for start, end in sorted((in_utc(start), in_utc(end)) for start, end in pauses):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        elif start < end:
            result.append((start, end))
    return result


@lru_cache(maxsize=4096)
def _length(seconds: int) -> timedelta:
    """Kept, because targets are few and making a timedelta takes a quarter of a due time."""
    return timedelta(0, seconds)


def _due(calendar: BusinessCalendar, start: datetime, target: timedelta) -> datetime:
    timeline = calendar.timeline
    table = timeline.tables.get(start.year) or timeline.year(start.year)
    opens, closes, origins, sums, total = table
    at = bisect_right(closes, start)
    if at == len(closes):
        return _due_in_later_years(calendar, start, start, target)
    first, origin = opens[at], origins[at]
    used = (start if start > first else first) - origin + target  # noqa: FURB136  # max() is slow
    if used <= sums[at]:
        return origin + used
    if used > total:
        return _due_in_later_years(calendar, start, closes[-1], used - total)
    return origins[bisect_left(sums, used, at + 1)] + used


def _due_in_later_years(
    calendar: BusinessCalendar, start: datetime, last: datetime, left: timedelta
) -> datetime:
    """`last` is the end of the last working time seen; `left` is still to be counted."""
    for year in range(start.year + 1, start.year + MOST_YEARS_ASKED):
        table = calendar.timeline.year(year)
        first = table.opens[0] if table.opens else datetime(year + 1, 1, 1, tzinfo=UTC)
        if first - last > HORIZON:
            break
        if table.opens:
            if left <= table.total:
                return table.origins[bisect_left(table.sums, left)] + left
            left -= table.total
            last = table.closes[-1]
    raise _closed("The working time of this calendar does not suffice: it opens too seldom.")


def _due_around(
    calendar: BusinessCalendar, start: datetime, left: timedelta, pauses: Sequence[Pause]
) -> datetime:
    for pause_start, pause_end in joined(pauses):
        if pause_end <= start:
            continue
        found = _due(calendar, start, left)
        # A target may be used up exactly where a pause begins, but nothing *starts* to count there.
        if found < pause_start or (found == pause_start and left):
            return found
        left -= _worked(calendar, start, pause_start)
        start = pause_end
    return _due(calendar, start, left)


def _worked(calendar: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """Working time in `[start, end)` as if nothing paused it."""
    if end <= start:
        return NOTHING
    timeline = calendar.timeline
    passed = _since_new_year(timeline.year(end.year), end)
    passed -= _since_new_year(timeline.year(start.year), start)
    for year in range(start.year, end.year):
        passed += timeline.year(year).total
    return passed


def _since_new_year(table: YearTable, instant: datetime) -> timedelta:
    at = bisect_right(table.closes, instant)
    if at == len(table.closes):
        return table.total
    return max(instant, table.opens[at]) - table.origins[at]


def refused_amount() -> DomainError:
    """The refusal of what is no amount of seconds."""
    return DomainError(
        "invalid_amount",
        f"seconds: give a whole number from 0 to {MOST_SECONDS} (ten years).",
        field="seconds",
    )


def _closed(message: str) -> DomainError:
    return DomainError("no_working_time", message, field="calendar")
