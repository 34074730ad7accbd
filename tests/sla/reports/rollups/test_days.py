"""Cutting a period into kept days and the rest: nothing counts twice, nothing is left out."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.reports.rollups.days import ONE, begins, days_of_hour, runs, split

ZONES = ["UTC", "Europe/Amsterdam", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]
DAY = date(2026, 3, 27)

offsets = st.integers(0, 10 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    offset=offsets,
    length=offsets,
    kept=st.sets(st.integers(-2, 12).map(lambda n: DAY + n * ONE)),
)
def test_days_and_spans_cover_a_period_once(
    zone: ZoneInfo, offset: timedelta, length: timedelta, kept: set[date]
) -> None:
    start = datetime(2026, 3, 27, tzinfo=UTC) + offset
    end = start + length + timedelta(minutes=1)
    cut = split(start, end, kept, zone)
    pieces = [(begins(day, zone), begins(day + ONE, zone)) for day in cut.days]
    pieces = sorted([*pieces, *cut.spans], key=lambda piece: piece[0])
    assert pieces[0][0] == start
    assert pieces[-1][1] == end
    for (_, ends), (begun, _) in pairwise(pieces):
        assert ends == begun
    assert all(begun < ends for begun, ends in cut.spans)
    assert set(cut.days) <= kept


def test_a_period_without_a_whole_day_is_counted_from_the_rows() -> None:
    start = datetime(2026, 3, 27, 1, tzinfo=UTC)
    cut = split(start, start + timedelta(hours=30), {DAY, DAY + ONE}, ZoneInfo("UTC"))
    assert cut.days == ()
    assert cut.spans == ((start, start + timedelta(hours=30)),)


@pytest.mark.parametrize(
    ("zone", "days"),
    [("UTC", {date(2026, 3, 27)}), ("Asia/Kolkata", {date(2026, 3, 27), date(2026, 3, 28)})],
)
def test_an_hour_belongs_to_two_days_where_midnight_falls_into_it(
    zone: str, days: set[date]
) -> None:
    assert days_of_hour(datetime(2026, 3, 27, 18, tzinfo=UTC), ZoneInfo(zone)) == days


def test_days_in_a_row_are_one_run() -> None:
    days = [DAY + ONE, DAY, DAY + 3 * ONE]
    assert runs(days) == [(DAY, DAY + ONE), (DAY + 3 * ONE, DAY + 3 * ONE)]
