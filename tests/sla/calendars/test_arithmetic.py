"""Business time holds its promises across clock changes, pauses and the ends of time."""

from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import (
    MOST_SECONDS,
    BusinessCalendar,
    due,
    elapsed,
    in_utc,
    is_working,
    joined,
    next_working,
    open_seconds_of_business_day,
    require_working_time,
    working_time,
)
from sla.calendars.content import WEEKDAYS
from tests.sla.calendars.samples import (
    TRANSITIONS,
    counts_by_definition,
    office,
    random_content,
    random_instant,
    random_pauses,
    round_the_clock,
)

MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = 3_600

LONDON = office("Europe/London", "09:00-17:00", holidays=["2025-12-25", "2025-12-26", "2026-01-01"])
PARIS = office("Europe/Paris", "09:00-12:00", "14:00-18:00")
NEW_YORK = office("America/New_York", "09:00-17:00")
CLOCK = round_the_clock("Europe/London")


def at(calendar: BusinessCalendar, wall: str, fold: int = 0) -> datetime:
    """A wall time such as `2025-11-21 16:30` on the clock of the calendar, in UTC."""
    there = datetime.fromisoformat(wall).replace(tzinfo=calendar.zone, fold=fold)
    return there.astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "hours", "expected"),
    [
        (LONDON, "2025-11-21 16:30", 4, "2025-11-24 12:30"),
        (LONDON, "2025-11-22 11:00", 1, "2025-11-24 10:00"),
        (LONDON, "2025-11-24 07:10", 1, "2025-11-24 10:00"),
        (LONDON, "2025-11-21 17:00", 1, "2025-11-24 10:00"),
        (LONDON, "2025-11-21 16:00", 1, "2025-11-21 17:00"),
        (LONDON, "2025-11-21 16:58", 1 / 12, "2025-11-24 09:03"),
        (LONDON, "2025-12-24 15:00", 8, "2025-12-29 15:00"),
        (PARIS, "2025-11-24 11:30", 2, "2025-11-24 15:30"),
        (CLOCK, "2026-03-28 23:00", 3, "2026-03-29 03:00"),
        (CLOCK, "2025-10-25 23:00", 3, "2025-10-26 01:00"),
        (NEW_YORK, "2026-03-06 16:00", 8, "2026-03-09 16:00"),
    ],
)
def test_a_golden_vector_is_due(
    calendar: BusinessCalendar, start: str, hours: float, expected: str
) -> None:
    # 01:00 comes twice on the night of the last but one; the vector means the second, at +00.
    fold = 1 if expected == "2025-10-26 01:00" else 0
    found = due(calendar, at(calendar, start), round(hours * HOUR))
    assert found == at(calendar, expected, fold)
    assert found.tzinfo is UTC


def test_golden_pauses_count_as_agreed() -> None:
    pause = (at(LONDON, "2025-11-24 12:00"), at(LONDON, "2025-11-25 12:00"))
    start, end = at(LONDON, "2025-11-24 10:00"), at(LONDON, "2025-11-25 13:00")
    assert elapsed(LONDON, start, end, [pause]) == 3 * HOUR
    weekend = (at(LONDON, "2025-11-22 00:00"), at(LONDON, "2025-11-24 00:00"))
    start, end = at(LONDON, "2025-11-21 16:00"), at(LONDON, "2025-11-24 10:00")
    assert elapsed(LONDON, start, end, [weekend]) == elapsed(LONDON, start, end) == 2 * HOUR


def sample(seed: int, *, grain: timedelta = MICROSECOND) -> tuple[Any, ...]:
    """A random calendar, start and pauses near one of the odd clock changes."""
    random = Random(seed)
    zone, day = random.choice(TRANSITIONS)
    calendar = BusinessCalendar.from_content(random_content(random, zone, day))
    start = random_instant(random, day, grain=grain)
    return random, calendar, start, random_pauses(random, day, grain=grain), day


SEEDS = st.integers(0, 2**32)
TARGETS = st.integers(0, 40 * HOUR) | st.sampled_from([0, 1, 60, HOUR, 8 * HOUR])
LATER = st.timedeltas(timedelta(0), timedelta(days=12))
lawful = settings(max_examples=60, deadline=None)


@lawful
@given(SEEDS, TARGETS)
def test_what_is_due_has_elapsed_exactly_then(seed: int, seconds: int) -> None:
    _, calendar, start, pauses, _ = sample(seed)
    end = due(calendar, start, seconds, pauses)
    assert elapsed(calendar, start, end, pauses) == seconds
    if seconds:
        assert working_time(calendar, start, end - MICROSECOND, pauses) < timedelta(seconds=seconds)


@lawful
@given(SEEDS, TARGETS.filter(bool), TARGETS.filter(bool))
def test_two_targets_after_each_other_are_their_sum(seed: int, first: int, second: int) -> None:
    _, calendar, start, pauses, _ = sample(seed)
    between = due(calendar, start, first, pauses)
    assert due(calendar, between, second, pauses) == due(calendar, start, first + second, pauses)


@lawful
@given(SEEDS, LATER, LATER)
def test_elapsed_time_adds_up(seed: int, first: timedelta, second: timedelta) -> None:
    _, calendar, start, pauses, _ = sample(seed)
    middle, end = start + first, start + first + second
    parts = (
        working_time(calendar, start, middle, pauses),
        working_time(calendar, middle, end, pauses),
    )
    assert working_time(calendar, start, end, pauses) == sum(parts, timedelta(0))


@lawful
@given(SEEDS, TARGETS, TARGETS, LATER)
def test_later_starts_and_longer_targets_are_never_due_earlier(
    seed: int, seconds: int, more: int, later: timedelta
) -> None:
    _, calendar, start, pauses, _ = sample(seed)
    found = due(calendar, start, seconds, pauses)
    assert found <= due(calendar, start + later, seconds, pauses)
    if seconds:
        assert found <= due(calendar, start, seconds + more, pauses)


@lawful
@given(SEEDS, TARGETS, st.floats(0, 1))
def test_moving_the_start_within_closed_hours_changes_nothing(
    seed: int, seconds: int, share: float
) -> None:
    _, calendar, start, pauses, _ = sample(seed)
    opening = next_working(calendar, start, pauses)
    moved = start + (opening - start) * share
    assert due(calendar, moved, seconds, pauses) == due(calendar, start, seconds, pauses)
    assert is_working(calendar, opening, pauses)
    assert working_time(calendar, start, opening, pauses) == timedelta(0)


@lawful
@given(SEEDS, TARGETS.filter(bool))
def test_a_target_is_due_after_its_start_and_a_holiday_never_hastens_it(
    seed: int, seconds: int
) -> None:
    random, calendar, start, pauses, day = sample(seed)
    found = due(calendar, start, seconds, pauses)
    assert found > start
    content = calendar.content()
    free = {holiday.day.isoformat(): holiday.name for holiday in calendar.holidays}
    free[(day + timedelta(random.randint(-3, 3))).isoformat()] = "One more"
    closed = BusinessCalendar.from_content({**content, "holidays": free})
    assert due(closed, start, seconds, pauses) >= found


@pytest.mark.parametrize(("zone", "day"), TRANSITIONS)
@pytest.mark.parametrize("seed", range(3))
def test_around_clock_changes_the_rule_is_kept_minute_by_minute(
    zone: str, day: date, seed: int
) -> None:
    random = Random(f"{zone} {day} {seed}")
    calendar = BusinessCalendar.from_content(random_content(random, zone, day))
    # Amsterdam was 19 min 32 s ahead until that day: its minutes did not begin with those of UTC.
    step = timedelta(seconds=4) if zone == "Europe/Amsterdam" else MINUTE
    start = random_instant(random, day, grain=step)
    pauses = random_pauses(random, day, grain=step)
    target = random.randint(1, 20 * 60) * MINUTE
    counted, instant = timedelta(0), start
    while counted < target and instant < start + timedelta(days=9):
        is_open = counts_by_definition(calendar, instant, pauses)
        if random.random() < 0.02:
            assert is_working(calendar, instant, pauses) == is_open
        counted += step if is_open else timedelta(0)
        instant += step
    assert working_time(calendar, start, instant, pauses) == counted
    assert not counted or due(calendar, start, counted // SECOND, pauses) <= instant
    assert counted < target or due(calendar, start, target // SECOND, pauses) == instant


def test_microseconds_are_exact() -> None:
    start = datetime(2025, 11, 21, 16, 59, 59, 999_999, tzinfo=UTC)
    assert due(LONDON, start, 1) == datetime(2025, 11, 24, 9, 0, 0, 999_999, tzinfo=UTC)
    assert elapsed(LONDON, start, start + timedelta(days=1)) == 0.000_001
    whole = elapsed(LONDON, start, start + timedelta(days=7))
    assert whole == 5 * 8 * HOUR and isinstance(whole, int)


def test_any_zone_of_an_instant_will_do() -> None:
    start = datetime(2025, 11, 21, 16, 0, tzinfo=UTC)
    there = start.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert due(LONDON, there, 2 * HOUR) == due(LONDON, start, 2 * HOUR)
    assert elapsed(LONDON, there, there + timedelta(hours=3)) == HOUR


def test_nothing_starts_to_count_where_a_pause_begins() -> None:
    start = at(LONDON, "2025-11-24 10:00")
    pause = (start, start + timedelta(hours=2))
    assert due(LONDON, start, 0, [pause]) == pause[1]
    assert not is_working(LONDON, start, [pause]) and is_working(LONDON, pause[1], [pause])
    used_up = (start + timedelta(hours=1), start + timedelta(hours=2))
    assert due(LONDON, start, HOUR, [used_up]) == used_up[0]
    assert due(LONDON, start, HOUR + 1, [used_up]) == used_up[1] + timedelta(seconds=1)


def test_pauses_are_joined_and_backward_ones_cover_nothing() -> None:
    day = datetime(2025, 11, 24, tzinfo=UTC)
    one, two, three, four = (day + timedelta(hours=n) for n in (1, 2, 3, 4))
    assert joined([(three, four), (two, two), (one, two), (two, three), (four, one)]) == [
        (one, four)
    ]
    assert elapsed(CLOCK, one, two, [(two, one)]) == HOUR


def test_an_equal_calendar_is_the_same_calendar() -> None:
    again = BusinessCalendar.from_content(PARIS.content())
    assert again == PARIS and hash(again) == hash(PARIS)
    with pytest.raises(AttributeError):
        again.name = "changed"  # type: ignore[misc]  # it is frozen, which is the point


def test_a_business_day_is_one_full_open_day() -> None:
    assert open_seconds_of_business_day(LONDON) == 8 * HOUR
    assert open_seconds_of_business_day(PARIS) == 7 * HOUR
    short_friday = BusinessCalendar.from_content(
        {"timezone": "UTC", "weekly": {"mon": [["09:00", "18:00"]], "fri": [["09:00", "12:00"]]}}
    )
    assert open_seconds_of_business_day(short_friday) == 6 * HOUR


def never_open(**more: object) -> BusinessCalendar:
    return BusinessCalendar.from_content({"timezone": "UTC", "weekly": {}, **more})


def refused(code: str, ask: Any) -> None:
    with pytest.raises(DomainError) as caught:
        ask()
    assert caught.value.code == code
    assert caught.value.message


@pytest.mark.parametrize(
    "calendar",
    [
        never_open(),
        never_open(overrides={"2026-01-01": []}),
        never_open(overrides={"2026-01-01": [["09:00", "10:00"]]}, holidays=["2026-01-01"]),
    ],
)
def test_a_calendar_that_never_opens_is_refused(calendar: BusinessCalendar) -> None:
    start = datetime(2025, 6, 1, tzinfo=UTC)
    for seconds in (0, 1):
        refused("no_working_time", lambda s=seconds: due(calendar, start, s))
    refused("no_working_time", lambda: require_working_time(calendar))
    refused("no_working_time", lambda: open_seconds_of_business_day(calendar))
    assert elapsed(calendar, start, start + timedelta(days=700)) == 0


def test_one_open_day_is_found_up_to_the_horizon_and_not_beyond() -> None:
    once = never_open(overrides={"2027-08-10": [["09:00", "10:00"]]})
    require_working_time(once)
    opening = datetime(2027, 8, 10, 9, tzinfo=UTC)
    assert due(once, opening - timedelta(days=800), 0) == opening
    assert due(once, opening - timedelta(days=800), HOUR) == opening + timedelta(hours=1)
    refused("no_working_time", lambda: due(once, opening - timedelta(days=800, seconds=1), 0))
    refused("no_working_time", lambda: due(once, opening, HOUR + 1))


def test_the_horizon_is_counted_from_the_last_working_time() -> None:
    hour = [["09:00", "10:00"]]
    twice = never_open(overrides={"2026-06-01": hour, "2027-12-01": hour})
    start = datetime(2025, 6, 1, tzinfo=UTC)
    assert due(twice, start, 2 * HOUR) == datetime(2027, 12, 1, 10, tzinfo=UTC)


def test_the_last_closing_of_a_year_is_a_closing_like_any_other() -> None:
    start = datetime(2024, 12, 31, 16, tzinfo=UTC)
    assert due(LONDON, start, HOUR) == datetime(2024, 12, 31, 17, tzinfo=UTC)
    earlier = start - timedelta(days=1)
    assert due(LONDON, earlier, 9 * HOUR) == datetime(2024, 12, 31, 17, tzinfo=UTC)
    assert due(LONDON, start, HOUR + 1) == datetime(2025, 1, 1, 9, 0, 1, tzinfo=UTC)
    assert elapsed(LONDON, start, datetime(2025, 1, 1, 10, tzinfo=UTC)) == 2 * HOUR


def test_nothing_is_due_at_the_next_opening_when_asked_at_closing() -> None:
    assert due(LONDON, at(LONDON, "2025-11-24 17:00"), 0) == at(LONDON, "2025-11-25 09:00")
    assert due(LONDON, at(LONDON, "2025-11-24 09:00"), 0) == at(LONDON, "2025-11-24 09:00")


def test_a_long_promise_may_reach_beyond_the_horizon_while_the_calendar_opens() -> None:
    mondays = BusinessCalendar.from_content(
        {"timezone": "UTC", "weekly": {"mon": [["09:00", "10:00"]]}}
    )
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert due(mondays, start, 200 * HOUR) == start + timedelta(weeks=199, hours=1)
    refused("no_working_time", lambda: due(mondays, start, MOST_SECONDS))


@pytest.mark.parametrize(
    "seconds",
    [-1, MOST_SECONDS + 1, 10**30, 1.5, 3600.0, float("nan"), float("inf"), "60", None, True, [60]],
)
def test_what_is_no_amount_is_refused(seconds: Any) -> None:
    refused("invalid_amount", lambda: due(LONDON, datetime(2026, 1, 5, tzinfo=UTC), seconds))


def test_an_instant_without_a_zone_is_refused() -> None:
    naive, aware = datetime(2026, 1, 5, 9), datetime(2026, 1, 5, 9, tzinfo=UTC)  # noqa: DTZ001
    for ask in (
        lambda: due(LONDON, naive, 60),
        lambda: elapsed(LONDON, naive, aware),
        lambda: elapsed(LONDON, aware, naive),
        lambda: is_working(LONDON, naive),
        lambda: due(LONDON, aware, 60, [(aware, naive)]),
    ):
        refused("invalid_amount", ask)


@pytest.mark.parametrize("calendar", [LONDON, CLOCK, round_the_clock("Pacific/Kiritimati")])
def test_the_ends_of_time_are_refused_and_break_nothing(calendar: BusinessCalendar) -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    for instant in (first, last, first.replace(tzinfo=east), last.replace(tzinfo=west)):
        for ask in (
            lambda at=instant: due(calendar, at, 60),
            lambda at=instant: elapsed(calendar, at, last),
            lambda at=instant: elapsed(calendar, first, at + timedelta(0)),
            lambda at=instant: is_working(calendar, at),
        ):
            try:
                ask()
            except DomainError as error:
                assert error.code == "invalid_amount"
            else:
                assert in_utc(instant) <= first or in_utc(instant) >= last
    late = datetime(9998, 12, 20, tzinfo=UTC)
    refused("invalid_amount", lambda: due(calendar, late, 2000 * HOUR))
    assert due(calendar, datetime(2, 1, 1, tzinfo=UTC), 60).year == 2
    refused("invalid_amount", lambda: elapsed(calendar, datetime(1900, 1, 1, tzinfo=UTC), late))


def test_every_weekday_has_its_own_blocks() -> None:
    weekly = {day: [[f"0{number}:00", f"0{number}:30"]] for number, day in enumerate(WEEKDAYS)}
    calendar = BusinessCalendar.from_content({"timezone": "UTC", "weekly": weekly})
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    for number in range(7):
        opening = monday + timedelta(days=number, hours=number)
        assert next_working(calendar, monday + timedelta(days=number)) == opening
