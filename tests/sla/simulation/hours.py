"""Working time, reckoned a second time: all open hours of the year are written down, day by day, as
pairs of instants, and walked through. Slow, plain, and nothing of it is the engine's."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Stretch = tuple[datetime, datetime]


class Hours:
    """The open hours that the content of a calendar's version stands for."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.zone = ZoneInfo(content["timezone"])
        self.weekly = content["weekly"]
        self.off = {*content.get("holidays", ()), *content.get("closures", ())}
        self.overrides = content.get("overrides", {})
        self.open = list(self._stretches())
        self._closes = [closes for _, closes in self.open]

    def works(self, at: datetime) -> bool:
        """Asked minute by minute: does the wall clock lie in an open block of its day?"""
        wall = at.astimezone(self.zone)
        return any(
            opens <= wall.strftime("%H:%M") < closes for opens, closes in self._blocks(wall.date())
        )

    def next_working(self, at: datetime) -> datetime:
        """The first working instant at or after `at`."""
        return max(at, self.open[bisect_right(self._closes, at)][0])

    def due(self, start: datetime, seconds: float, pauses: Sequence[Stretch] = ()) -> datetime:
        """When so much working time has passed outside the pauses."""
        left = timedelta(seconds=seconds)
        for opens, closes in self.open[bisect_right(self._closes, start) :]:
            for begin, end in _outside(max(opens, start), closes, pauses):
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        raise AssertionError("the month that is lived through does not go so far")

    def _stretches(self) -> Iterator[Stretch]:
        day = FIRST
        while day <= LAST:
            for opens, closes in self._blocks(day):
                yield self._instant(day, opens), self._instant(day, closes)
            day += timedelta(days=1)

    def _blocks(self, day: date) -> list[list[str]]:
        if day.isoformat() in self.off:
            return []
        blocks = self.overrides.get(day.isoformat(), self.weekly.get(WEEK[day.weekday()], []))
        named: list[list[str]] = blocks["blocks"] if isinstance(blocks, Mapping) else blocks
        return named

    def _instant(self, day: date, clock: str) -> datetime:
        if clock == "24:00":
            return self._instant(day + timedelta(days=1), "00:00")
        wall = datetime.combine(day, time.fromisoformat(clock), self.zone)
        return wall.astimezone(UTC)


def _outside(begin: datetime, end: datetime, pauses: Sequence[Stretch]) -> Iterator[Stretch]:
    """What of a stretch lies in no pause."""
    for since, until in sorted(pauses):
        if until <= begin or since >= end:
            continue
        if begin < since:
            yield begin, since
        begin = max(begin, until)
    if begin < end:
        yield begin, end
