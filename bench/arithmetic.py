"""Due times: how fast a promise of working hours becomes an instant."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random
from time import perf_counter

from sla.calendars.arithmetic import BusinessCalendar, due, elapsed
from sla.calendars.explain import explain_due

OFFICE_HOURS = {
    "timezone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25"],
}
QUESTIONS = 2_000
ROUNDS = 15


def run() -> list[tuple[str, float, str]]:
    """Warm due times of 1 to 80 hours over a year of Monday to Friday, 9 to 17.

    The limit is the smallest honest program: the same lists, two bisections and a sum, unchecked.
    """
    calendar = BusinessCalendar.from_content(OFFICE_HOURS)
    questions = _questions()
    targets = [(start, timedelta(seconds=seconds)) for start, seconds in questions]
    bare = _bare(calendar)
    assert all(
        due(calendar, start, seconds) == bare(start, timedelta(seconds=seconds))
        for start, seconds in questions
    )
    spans = [(start, due(calendar, start, seconds)) for start, seconds in questions]
    limit, taken, back, told = _micros(
        lambda: [bare(start, target) for start, target in targets],
        lambda: [due(calendar, start, seconds) for start, seconds in questions],
        lambda: [elapsed(calendar, start, end) for start, end in spans],
        lambda: [explain_due(calendar, start, seconds) for start, seconds in questions[:100]],
    )
    return [
        ("due_time", taken, "us"),
        ("due_time_limit", limit, "us"),
        ("due_time_ratio", taken / limit, "x"),
        ("elapsed_time", back, "us"),
        ("explain_due", told, "us"),
        ("calendar_year", _expansion(), "us"),
    ]


def _questions() -> list[tuple[datetime, int]]:
    random = Random(1)
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        (new_year + timedelta(seconds=random.randrange(340 * 86_400)), random.randint(1, 80) * 3600)
        for _ in range(QUESTIONS)
    ]


def _bare(calendar: BusinessCalendar) -> Callable[[datetime, timedelta], datetime]:
    table = calendar.timeline.year(2026)
    opens, closes, origins, sums = table.opens, table.closes, table.origins, table.sums

    def answer(start: datetime, target: timedelta) -> datetime:
        at = bisect_right(closes, start)
        used = max(start, opens[at]) - origins[at] + target
        return origins[bisect_left(sums, used, at)] + used

    return answer


def _expansion() -> float:
    def fresh() -> object:
        return BusinessCalendar.from_content(OFFICE_HOURS).timeline.year(2026)

    return _micros(lambda: [fresh() for _ in range(20)])[0]


def _micros(*works: Callable[[], list[object]]) -> list[float]:
    """The best of the rounds of each, for one question. They take turns, so that whatever else the
    machine does hits all of them alike."""
    taken = [inf] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            began = perf_counter()
            done = work()
            taken[number] = min(taken[number], (perf_counter() - began) / len(done) * 1e6)
    return taken


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name} {value:.3f} {unit}")
