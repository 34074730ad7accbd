"""The arithmetic that is shown is the arithmetic that was done."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar, due, elapsed
from sla.calendars.explain import MOST_STEPS, explain_due, explain_elapsed
from tests.sla.calendars.samples import (
    TRANSITIONS,
    office,
    random_content,
    random_instant,
    random_pauses,
    round_the_clock,
)

LONDON = office(
    "Europe/London", "09:00-12:00", "13:00-17:00",
    holidays={"2026-12-25": "Christmas Day", "2026-12-28": "Boxing Day (observed)"},
    overrides={
        "2026-12-24": {"name": "Christmas Eve", "blocks": [["09:00", "12:00"]]},
        "2026-12-31": {"name": "Stocktaking", "blocks": []},
    },
)  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(calendar: BusinessCalendar, start: str, seconds: int, *pauses: str) -> list[str]:
    """The steps as `from–to counted why`, with the pauses as `from/to`."""
    pairs = [(utc(pause.split("/")[0]), utc(pause.split("/")[1])) for pause in pauses]
    return [
        f"{step.from_:%a %H:%M}–{step.to:%a %H:%M} {step.counted_seconds} {step.why}"
        for step in explain_due(calendar, utc(start), seconds, pairs)
    ]


def test_a_reader_sees_what_counted_and_why_the_rest_did_not() -> None:
    pause = "2026-12-24T10:00/2026-12-24T10:30"
    assert told(LONDON, "2026-12-23T16:30", 6 * 3600, pause) == [
        "Wed 16:30–Wed 17:00 1800 Working hours, Wed 23 Dec 13:00–17:00",
        "Wed 17:00–Thu 09:00 0 Closed: night",
        "Thu 09:00–Thu 10:00 3600 Working hours, Thu 24 Dec 09:00–12:00 (override: Christmas Eve)",
        "Thu 10:00–Thu 10:30 0 Paused",
        "Thu 10:30–Thu 12:00 5400 Working hours, Thu 24 Dec 09:00–12:00 (override: Christmas Eve)",
        "Thu 12:00–Fri 00:00 0 Closed by override: Christmas Eve",
        "Fri 00:00–Sat 00:00 0 Holiday: Christmas Day",
        "Sat 00:00–Mon 00:00 0 Closed: weekend",
        "Mon 00:00–Tue 00:00 0 Holiday: Boxing Day (observed)",
        "Tue 00:00–Tue 09:00 0 Closed: night",
        "Tue 09:00–Tue 12:00 10800 Working hours, Tue 29 Dec 09:00–12:00",
    ]


def test_nights_and_weekends_are_one_step_and_breaks_are_named() -> None:
    assert told(LONDON, "2026-12-11T11:00", 8 * 3600) == [
        "Fri 11:00–Fri 12:00 3600 Working hours, Fri 11 Dec 09:00–12:00",
        "Fri 12:00–Fri 13:00 0 Closed: lunch or break",
        "Fri 13:00–Fri 17:00 14400 Working hours, Fri 11 Dec 13:00–17:00",
        "Fri 17:00–Mon 09:00 0 Closed: night, weekend",
        "Mon 09:00–Mon 12:00 10800 Working hours, Mon 14 Dec 09:00–12:00",
    ]


def test_a_closed_day_is_closed_by_its_override_and_new_year_moves_no_clocks() -> None:
    assert told(LONDON, "2026-12-30T17:00", 60) == [
        "Wed 17:00–Thu 00:00 0 Closed: night",
        "Thu 00:00–Fri 00:00 0 Closed by override: Stocktaking",
        "Fri 00:00–Fri 09:00 0 Closed: night",
        "Fri 09:00–Fri 09:01 60 Working hours, Fri 1 Jan 09:00–12:00",
    ]


@pytest.mark.parametrize(
    ("zone", "start", "note"),
    [
        ("Europe/London", "2026-03-28T23:00", "(clocks went forward 1 h)"),
        ("Europe/London", "2026-10-24T23:00", "(clocks went back 1 h)"),
        ("Australia/Lord_Howe", "2026-10-03T13:00", "(clocks went forward 30 min)"),
        ("Pacific/Apia", "2011-12-30T08:00", "(clocks went forward 24 h)"),
    ],
)
def test_the_step_in_which_the_clocks_moved_says_so(zone: str, start: str, note: str) -> None:
    steps = explain_due(round_the_clock(zone), utc(start), 6 * 3600)
    assert [step.why.endswith(note) for step in steps].count(True) == 1
    weekend = explain_due(office(zone, "09:00-17:00"), utc(start), 3600)
    assert sum(note in step.why for step in weekend) == 1


def test_a_target_of_nothing_is_one_step_that_ends_when_it_is_due() -> None:
    start = utc("2026-12-11T11:00")
    (step,) = explain_due(LONDON, start, 0)
    assert (step.from_, step.to, step.counted_seconds) == (start, start, 0)
    assert explain_elapsed(LONDON, start, start) == []
    assert explain_elapsed(LONDON, start, start - timedelta(days=1)) == []


def test_fractions_of_seconds_are_carried_so_that_the_sum_is_exact() -> None:
    start = utc("2026-12-11T16:59:59.400000")
    steps = explain_due(LONDON, start, 10)
    assert [step.counted_seconds for step in steps] == [0, 0, 10]
    assert steps[-1].to == utc("2026-12-14T09:00:09.400000")


def test_more_steps_than_anybody_reads_are_refused() -> None:
    start = utc("2020-01-01T00:00")
    with pytest.raises(DomainError) as caught:
        explain_elapsed(LONDON, start, utc("2031-01-01T00:00"))
    assert caught.value.code == "invalid_amount" and "ten years" in caught.value.message
    busy = office("UTC", *(f"{hour:02d}:00-{hour:02d}:30" for hour in range(24)))
    with pytest.raises(DomainError) as caught:
        explain_elapsed(busy, start, utc("2022-01-01T00:00"))
    assert caught.value.code == "invalid_amount" and str(MOST_STEPS) in caught.value.message


def test_ten_thousand_explanations_agree_with_the_arithmetic() -> None:
    random = Random(20261123)
    second = timedelta(seconds=1)
    for _ in range(125):
        zone, day = random.choice(TRANSITIONS)
        calendar = BusinessCalendar.from_content(random_content(random, zone, day))
        for number in range(80):
            grain = second if number % 2 else timedelta(microseconds=1)
            start = random_instant(random, day, grain=grain)
            pauses = random_pauses(random, day, grain=grain)
            seconds = random.choice([0, 1, 900, 3600, 4 * 3600, random.randrange(12 * 3600)])
            steps = explain_due(calendar, start, seconds, pauses)
            assert steps[0].from_ == start
            assert steps[-1].to == due(calendar, start, seconds, pauses)
            assert sum(step.counted_seconds for step in steps) == seconds
            assert all(one.to == next_.from_ for one, next_ in pairwise(steps))
            assert all(one.why != next_.why for one, next_ in pairwise(steps))
            if grain == second and number % 8 == 1:
                for step in steps:
                    counted = elapsed(calendar, step.from_, step.to, pauses)
                    assert step.counted_seconds == counted


def test_explained_time_until_an_end_is_the_elapsed_time() -> None:
    random = Random(7)
    for _ in range(60):
        zone, day = random.choice(TRANSITIONS)
        calendar = BusinessCalendar.from_content(random_content(random, zone, day))
        start = random_instant(random, day, grain=timedelta(microseconds=1))
        end = start + timedelta(seconds=random.randrange(5 * 86_400))
        pauses = random_pauses(random, day, grain=timedelta(microseconds=1))
        steps = explain_elapsed(calendar, start, end, pauses)
        counted = sum(step.counted_seconds for step in steps)
        assert counted == int(elapsed(calendar, start, end, pauses))
        assert (steps[0].from_, steps[-1].to) == (start, end) if steps else start == end
