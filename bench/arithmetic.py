"""Due times: how fast a promise of working hours becomes an instant."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
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
    limit = _micros(lambda: [bare(start, target) for start, target in targets])
    taken = _micros(lambda: [due(calendar, start, seconds) for start, seconds in questions])
    back = _micros(lambda: [elapsed(calendar, start, end) for start, end in spans])
    told = _micros(lambda: [explain_due(calendar, s, n) for s, n in questions], rounds=3)
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

    return _micros(lambda: [fresh() for _ in range(20)])


def _micros(work: Callable[[], list[object]], rounds: int = ROUNDS) -> float:
    """The median over the rounds, for one of the questions."""
    taken = []
    for _ in range(rounds):
        began = perf_counter()
        done = work()
        taken.append((perf_counter() - began) / len(done) * 1e6)
    return median(taken)


if __name__ == "__main__":
    for name, value, unit in run():
        print(f"{name} {value:.3f} {unit}")
