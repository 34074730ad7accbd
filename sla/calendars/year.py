"""A calendar looked at as a year of days, each told by a word, and as a week in words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from leadbridge.kernel.words import MONTHS, WEEKDAYS
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.content import Holiday
from sla.calendars.public import place_words
from sla.calendars.typed import write_closures, write_hours

LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1970, 2100


class Kind(StrEnum):
    """What a date is, in one word."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    OVERRIDE = "override"


SPECIAL = (Kind.HOLIDAY, Kind.CLOSURE, Kind.OVERRIDE)


@dataclass(frozen=True)
class Day:
    """One date. `hours` are its open blocks as text, `name` that of what makes it special."""

    date: date
    kind: Kind
    hours: str
    name: str = ""

    @property
    def title(self) -> str:
        """`Thu 24 December: override, 09:00–12:00, Christmas Eve`."""
        weekday, month = WEEKDAYS[self.date.weekday()], LONG_MONTHS[self.date.month - 1]
        hours = "" if self.kind in (Kind.CLOSED, Kind.HOLIDAY, Kind.CLOSURE) else self.hours
        words = filter(None, (self.kind.value, hours, self.name))
        return f"{weekday} {self.date.day} {month}: {', '.join(words)}"

    @property
    def short(self) -> str:
        """`24 Dec`."""
        return f"{self.date.day} {MONTHS[self.date.month - 1]}"


@dataclass(frozen=True)
class Month:
    """Weeks of seven places, Monday first; None where the month has not begun or has ended."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]

    @property
    def special(self) -> list[Day]:
        """The days that are not as their weekday usually is."""
        return [day for week in self.weeks for day in week if day and day.kind in SPECIAL]


def day_of(calendar: BusinessCalendar, day: date) -> Day:
    """What a date is by this calendar."""
    if holiday := calendar.holidays_by_day.get(day):
        own = any(closure.day == day for closure in calendar.closures)
        return Day(day, Kind.CLOSURE if own else Kind.HOLIDAY, "closed", holiday.name)
    blocks = calendar.blocks_on(day)
    if override := calendar.overrides_by_day.get(day):
        return Day(day, Kind.OVERRIDE, write_hours(blocks), override.name)
    return Day(day, Kind.OPEN if blocks else Kind.CLOSED, write_hours(blocks))


def year_of(calendar: BusinessCalendar, year: int) -> list[Month]:
    """The twelve months of a year."""
    return [Month(name, tuple(_weeks(calendar, year, n))) for n, name in enumerate(LONG_MONTHS, 1)]


def _weeks(calendar: BusinessCalendar, year: int, month: int) -> Iterator[tuple[Day | None, ...]]:
    first = date(year, month, 1)
    monday = first - timedelta(days=first.weekday())
    while monday <= first or (monday.year, monday.month) == (year, month):
        days = [monday + timedelta(days=ahead) for ahead in range(7)]
        yield tuple(day_of(calendar, day) if day.month == month else None for day in days)
        monday += timedelta(days=7)


def week_words(calendar: BusinessCalendar) -> str:
    """`Mon–Thu 09:00–17:30; Fri 09:00–15:00`; days without hours are left out."""
    parts = []
    for blocks, days in groupby(range(7), key=lambda day: calendar.week[day]):
        if blocks:
            named = [WEEKDAYS[day] for day in days]
            stretch = named[0] if len(named) == 1 else f"{named[0]}–{named[-1]}"
            parts.append(f"{stretch} {write_hours(blocks)}")
    return "; ".join(parts) or "no hours in a usual week"


def differences(before: BusinessCalendar, after: BusinessCalendar) -> list[str]:
    """What an edit changes, a sentence each: for the preview and for the history of versions."""
    found = []
    if before.zone.key != after.zone.key:
        found.append(f"Zone {before.zone.key} → {after.zone.key}")
    for day, (old, new) in enumerate(zip(before.week, after.week, strict=True)):
        if old != new:
            found.append(f"{WEEKDAYS[day]} {write_hours(old)} → {write_hours(new)}")
    found += _country_words(before, after)
    found += _dates_words(_holidays(before), _holidays(after), "holiday", "working day again")
    found += _dates_words(before.closures, after.closures, "closed", "open again")
    found += _dates_words(
        [(o.day, write_hours(o.blocks)) for o in before.overrides],
        [(o.day, write_hours(o.blocks)) for o in after.overrides],
        "special hours", "usual hours again",
    )  # fmt: skip
    return found


def _holidays(calendar: BusinessCalendar) -> list[Holiday]:
    """The dates that are off for everybody, without the owner's own."""
    return [holiday for holiday in calendar.holidays if holiday not in calendar.closures]


def _country_words(before: BusinessCalendar, after: BusinessCalendar) -> list[str]:
    old, new = (place_words(one.public) if one.public else "none" for one in (before, after))
    return [f"Public holidays {old} → {new}"] if old != new else []


MOST_NAMED = 6


def _dates_words(
    before: Sequence[tuple[date, str]], after: Sequence[tuple[date, str]], came: str, went: str
) -> list[str]:
    """Dates that are new or told otherwise, and dates that are gone; many are counted only."""
    old, new = dict(before), dict(after)
    added = [day for day in new if day not in old]
    changed = [day for day, what in new.items() if day in old and old[day] != what]
    gone = [day for day in old if day not in new]
    parts = ((added, new, came), (changed, new, f"{came}, changed"), (gone, old, went))
    return [_listed(days, names, word) for days, names, word in parts if days]


def _listed(days: Sequence[date], names: dict[date, str], word: str) -> str:
    """The dates, those in a row under one name as a stretch; many are counted only."""
    named = write_closures([Holiday(day, names[day]) for day in sorted(days)]).splitlines()
    if len(named) > MOST_NAMED:
        return f"{len(days)} dates: {word}"
    return f"{', '.join(named)}: {word}"
