"""A calendar laid out on the UTC axis, one table a year, so that a question is two bisections.

The rule is membership: an instant is working iff its wall time lies in a block of its local date.
A year is therefore cut where the zone's offset changes; inside such a stretch wall time is UTC
plus a constant, and every block of every local date is shifted and clipped. Gaps, folds, skipped
dates and odd offsets need no case of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from leadbridge.kernel.errors import DomainError
from sla.calendars.content import Block

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)
# Tables kept for one calendar. A year of office hours is about 60 kB.
MOST_YEARS = 32
# Python's dates end at both sides of these; a local date may lie in the year beside.
YEARS = range(2, 9999)


class Stretch(NamedTuple):
    """Instants `[start, end)` in which the zone keeps one offset."""

    start: datetime
    end: datetime
    offset: timedelta


class YearTable(NamedTuple):
    """The working intervals of one UTC year, as columns of equal length.

    `origins[i]` is `opens[i]` less the working time of the year before it. Inside interval `i`
    the working time since New Year is thus `instant - origins[i]`, and the instant at which it
    reaches `t` is `origins[i] + t`: one subtraction or addition each, exact to the microsecond.
    """

    opens: list[datetime]
    closes: list[datetime]
    origins: list[datetime]
    sums: list[timedelta]  # working time of the year until closes[i]
    total: timedelta


class Timeline:
    """The working intervals of one zone and one rule for dates, expanded when first asked for.

    Tables are written once and never changed; two threads may at worst expand the same year twice.
    """

    def __init__(self, zone: ZoneInfo, blocks_on: Callable[[date], Sequence[Block]]) -> None:
        self.zone = zone
        self._blocks_on = blocks_on
        self.tables: dict[int, YearTable] = {}

    def year(self, year: int) -> YearTable:
        """The table of that UTC year, from the cache or expanded now (1–3 ms).

        DomainError `invalid_amount` beyond the years that Python can reckon with.
        """
        table = self.tables.get(year)
        if table is None:
            if year not in YEARS:
                raise DomainError("invalid_amount", f"The year {year} is too near the end of time.")
            table = self._expand(year)
            if len(self.tables) >= MOST_YEARS:
                # A new dict, not a cleared one: another thread may be reading the old one.
                self.tables = {}
            self.tables[year] = table
        return table

    def _expand(self, year: int) -> YearTable:
        opens: list[datetime] = []
        closes: list[datetime] = []
        origins: list[datetime] = []
        sums: list[timedelta] = []
        total = NOTHING
        for stretch in stretches_of_year(self.zone, year):
            for day, midnight in local_days(stretch):
                for block in self._blocks_on(day):
                    start = max(midnight + timedelta(0, block.open), stretch.start)
                    end = min(midnight + timedelta(0, block.close), stretch.end)
                    if start < end:
                        opens.append(start)
                        closes.append(end)
                        origins.append(start - total)
                        total += end - start
                        sums.append(total)
        return YearTable(opens, closes, origins, sums, total)


def local_days(stretch: Stretch) -> Iterator[tuple[date, datetime]]:
    """Each local date that the stretch touches, with the instant that is its 00:00 by this offset.

    That instant may lie outside the stretch; whoever uses it clips.
    """
    day = (stretch.start + stretch.offset).date()
    midnight = datetime.combine(day, time.min, UTC) - stretch.offset
    while midnight < stretch.end:
        yield day, midnight
        day += DAY
        midnight += DAY


@lru_cache(maxsize=1024)
def stretches_of_year(zone: ZoneInfo, year: int) -> tuple[Stretch, ...]:
    """The UTC year cut where the zone's offset changes.

    `zoneinfo` does not list its transitions, so the offset is sampled once a day and a change is
    closed in on by halves. In all of tzdata no two changes of a zone are less than three days
    apart (the closest: Freetown, four), so no pair of them can hide between two samples.
    """
    stretches: list[Stretch] = []
    start = sample = datetime(year, 1, 1, tzinfo=UTC)
    end = datetime(year + 1, 1, 1, tzinfo=UTC)
    offset = offset_at(zone, start)
    while sample < end:
        following = sample + DAY
        if offset_at(zone, following) != offset:
            change = _change_between(zone, sample, following)
            if change >= end:
                break
            stretches.append(Stretch(start, change, offset))
            start, offset = change, offset_at(zone, change)
        sample = following
    stretches.append(Stretch(start, end, offset))
    return tuple(stretches)


def stretches_between(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The stretches of `[start, end)`; one that goes on over New Year comes in two."""
    for year in range(start.year, end.year + 1):
        for stretch in stretches_of_year(zone, year):
            clipped = Stretch(max(start, stretch.start), min(end, stretch.end), stretch.offset)
            if clipped.start < clipped.end:
                yield clipped


def offset_at(zone: ZoneInfo, instant: datetime) -> timedelta:
    """How far the zone's wall clock is ahead of UTC at that instant."""
    return instant.astimezone(zone).utcoffset() or NOTHING


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant with the later offset; changes fall on whole seconds."""
    later = offset_at(zone, after)
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if offset_at(zone, middle) == later:
            after = middle
        else:
            before = middle
    return after
