"""How many staffed hours a promise takes. Monday 2026-11-23 in UTC."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sla.reports.whatif.staffing import Answered, hours_needed

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("UTC")


def at(hour: int, *, within: int, takes: int = 600, day: int = 0) -> Answered:
    start = MONDAY + timedelta(days=day) + hour * HOUR
    return Answered(start, start + within * HOUR, takes)


def test_a_promise_in_the_middle_of_the_day_takes_one_hour_a_day() -> None:
    found = hours_needed([at(13, within=1)], Decimal(90), ZONE)
    assert (found["hours"], found["days"]) == (5, 5)
    assert (found["opens"], found["closes"], found["attainment"]) == ("13:00", "14:00", 100)


def test_hours_widen_until_the_earliest_is_reached() -> None:
    found = hours_needed([at(13, within=1), at(9, within=1)], Decimal(100), ZONE)
    assert (found["opens"], found["days"]) == ("09:00", 5)
    assert found["hours"] == 5 * (2 * (13 - 9))


def test_a_promise_on_sunday_is_kept_by_people_on_sunday_alone() -> None:
    found = hours_needed([at(13, within=1, day=6)], Decimal(90), ZONE)
    assert (found["hours"], found["days"]) == (7, 7)


def test_what_nobody_answered_is_kept_by_no_hours() -> None:
    found = hours_needed([Answered(MONDAY, MONDAY + HOUR, None)], Decimal(1), ZONE)
    assert found["hours"] is None and found["round_the_clock"] == 0
    assert hours_needed([], Decimal(90), ZONE)["hours"] is None
