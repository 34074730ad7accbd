"""How many staffed hours a week a promised attainment would take. Pure.

The one place that does not leave stops where they were: longer hours with the same stops would
only bring due instants nearer. Here due instants stay as recorded, and everybody answers after as
much staffed time as they did. Weeks are tried that are open so many hours a day around 13:00, on
weekdays, without Sunday, or every day; of those that keep the promise the one with the fewest hours
a week is told. Longer hours never make an answer later, so each row of weeks is bisected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sla.calendars.arithmetic import BusinessCalendar, due
from sla.calendars.content import WEEKDAYS

MOST_SAMPLED = 10_000
NOON = 13  # the middle of the day that is widened
DAYS = (5, 6, 7)


@dataclass(frozen=True)
class Answered:
    """A promise: when it began, by when it was due, and the staffed seconds until its answer; None
    where nobody answered, which no hours mend."""

    started_at: datetime
    due_at: datetime
    seconds: int | None


def hours_needed(answers: Sequence[Answered], promised: Decimal, zone: ZoneInfo) -> dict[str, Any]:
    """The fewest staffed hours a week among the weeks that are tried; `hours` None where not even
    round the clock suffices."""
    found = [one for days in DAYS if (one := _fewest(answers, promised, zone, days))]
    best = min(found, key=lambda one: one["hours"], default=None)
    most = _share(answers, _week(24, 7, zone)) if answers else None
    return {
        "sample": len(answers),
        "promised": float(promised),
        "round_the_clock": most,
        **(best or {"hours": None, "days": None, "opens": "", "closes": "", "attainment": None}),
    }


def _fewest(
    answers: Sequence[Answered], promised: Decimal, zone: ZoneInfo, days: int
) -> dict[str, Any] | None:
    if not answers or _share(answers, _week(24, days, zone)) < promised:
        return None
    low, high = 1, 24
    while low < high:
        middle = (low + high) // 2
        if _share(answers, _week(middle, days, zone)) >= promised:
            high = middle
        else:
            low = middle + 1
    opens, closes = _day(low)
    share = _share(answers, _week(low, days, zone))
    return {
        "hours": low * days, "days": days, "opens": opens, "closes": closes, "attainment": share,
    }  # fmt: skip


def _share(answers: Sequence[Answered], week: BusinessCalendar) -> float:
    met = sum(
        one.seconds is not None and due(week, one.started_at, one.seconds) <= one.due_at
        for one in answers
    )
    return 100 * met / len(answers)


def _week(hours: int, days: int, zone: ZoneInfo) -> BusinessCalendar:
    weekly = {day: [list(_day(hours))] for day in WEEKDAYS[:days]}
    return BusinessCalendar.from_content({"timezone": zone.key, "weekly": weekly})


def _day(hours: int) -> tuple[str, str]:
    """So many hours around 13:00, wider by one at either end in turn; no day ends before it began
    or after 24:00."""
    opens = max(0, min(NOON - hours // 2, 24 - hours))
    return f"{opens:02d}:00", f"{opens + hours:02d}:00"
