"""Business time second by second over the oddest clock changes, against a walk that reads the JSON
by itself: it knows no table, no offset and no `BusinessCalendar`, and compares times as text."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar, due, elapsed, is_working
from sla.calendars.content import WEEKDAYS
from sla.calendars.explain import explain_elapsed
from sla.calendars.timeline import MOST_YEARS, offset_at, stretches_of_year
from tests.sla.calendars.samples import CASES_FILE

SECOND = timedelta(seconds=1)
HALF_WIDTH = 3 * 3600
# Edges in the hours that clocks skip and repeat, and none that is a multiple of theirs.
NIGHTS = [["00:00", "00:30:15"], ["01:15", "02:10"], ["02:40", "03:05:05"], ["15:20", "24:00"]]
CHANGES = (
    ("Europe/London", "2025-10-26T01:00:00"),
    ("Australia/Lord_Howe", "2024-04-06T15:00:00"),  # half an hour
    ("America/Havana", "2024-11-03T05:00:00"),  # 01:00 becomes 00:00
    ("America/Sao_Paulo", "2018-02-18T02:00:00"),  # 00:00 becomes yesterday's 23:00
    ("Pacific/Apia", "2011-12-30T10:00:00"),  # a date that never was
    ("America/Juneau", "1867-10-19T00:31:13"),  # a date that was twice, at an odd second
    ("Africa/Monrovia", "1972-01-07T00:44:30"),  # from an offset with seconds
)


def counts(content: Mapping[str, Any], instant: datetime) -> bool:
    """DESIGN §4, word for word."""
    wall = instant.astimezone(ZoneInfo(content["timezone"]))
    if wall.date().isoformat() in content["holidays"]:
        return False
    usual = content["weekly"][WEEKDAYS[wall.weekday()]]
    blocks = content["overrides"].get(wall.date().isoformat(), usual)
    clock = f"{wall:%H:%M:%S}"
    return any(begin.ljust(8, "0") <= clock < end for begin, end in blocks)


def content_around(zone: str, change: datetime) -> dict[str, Any]:
    wall = change.astimezone(ZoneInfo(zone)).date()
    today, *feasts = ((wall + timedelta(days)).isoformat() for days in (0, -1, 1))
    return {
        "timezone": zone,
        "weekly": dict.fromkeys(WEEKDAYS, NIGHTS),
        "holidays": feasts,
        "overrides": {today: [["00:00", "00:20"], *NIGHTS[1:]], **dict.fromkeys(feasts, NIGHTS)},
    }


def moments(change: datetime) -> Sequence[datetime]:
    return [change + n * SECOND for n in range(-HALF_WIDTH, HALF_WIDTH)]


@pytest.mark.parametrize(("zone", "at"), CHANGES)
def test_every_second_around_a_clock_change_counts_as_its_wall_clock_says(
    zone: str, at: str
) -> None:
    change = datetime.fromisoformat(at).replace(tzinfo=UTC)
    # Distributions differ in what they keep of the years before 1970.
    moved = offset_at(ZoneInfo(zone), change - SECOND) != offset_at(ZoneInfo(zone), change)
    assert moved or change.year < 1970
    content = content_around(zone, change)
    calendar = BusinessCalendar.from_content(content)
    walk = moments(change)
    start, end = walk[0], walk[-1] + SECOND
    counting = [counts(content, moment) for moment in walk]
    reached = list(accumulate(map(int, counting)))
    assert [is_working(calendar, moment) for moment in walk] == counting
    assert elapsed(calendar, start, end) == reached[-1] > 0
    assert sum(s.counted_seconds for s in explain_elapsed(calendar, start, end)) == reached[-1]
    for moment, counted, so_far in zip(walk, counting, reached, strict=True):
        if counted:
            assert due(calendar, start, so_far) == moment + SECOND
            assert elapsed(calendar, start, moment) == so_far - 1


@pytest.mark.parametrize("year", [1939, 2011, 2026])
def test_no_clock_change_of_any_zone_is_overlooked(year: int) -> None:
    """The offset is sampled once a day; asked every three hours, no zone says anything else."""
    # Freetown's two changes within four days of 1939 are the closest of all.
    for name in ("Africa/Freetown", *sorted(available_timezones())[::9]):
        zone = ZoneInfo(name)
        stretches = stretches_of_year(zone, year)
        ends = [stretch.end for stretch in stretches]
        assert [stretch.start for stretch in stretches[1:]] == ends[:-1]
        for stretch in stretches:
            moment = stretch.start
            while moment < stretch.end:
                assert offset_at(zone, moment) == stretch.offset, (name, moment)
                moment += timedelta(hours=3)
            assert offset_at(zone, stretch.end - SECOND) == stretch.offset, name


def test_threads_that_fill_and_empty_the_tables_get_one_answer() -> None:
    content = content_around("Europe/Paris", datetime(2000, 3, 26, 1, tzinfo=UTC))
    shared = BusinessCalendar.from_content(content)
    start, end = datetime(2000, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: elapsed(shared, start, end), range(4)))
    assert answers == {elapsed(BusinessCalendar.from_content(content), start, end)}
    # Two threads may each add a table after both saw that there was room.
    assert len(shared.timeline.tables) <= MOST_YEARS + 4


def test_strings_that_break_software_are_refused_wherever_they_stand() -> None:
    file = CASES_FILE.parent / "csv" / "naughty_strings.json"
    if not file.exists():
        pytest.skip("the naughty strings are not beside the checkout")
    for text in json.loads(file.read_text()):
        for code, field in (
            ("invalid_timezone", {"timezone": text}),
            ("invalid_schedule", {"weekly": {text: []}}),
            ("invalid_schedule", {"weekly": {"mon": [[text, "24:00"]]}}),
            ("invalid_schedule", {"holidays": [text]}),
            ("invalid_schedule", {"overrides": {text: []}}),
        ):
            with pytest.raises(DomainError) as refused:
                BusinessCalendar.from_content({"timezone": "UTC", "weekly": {}, **field})
            assert refused.value.code == code, text
