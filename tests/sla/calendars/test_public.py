"""Public holidays in a calendar: written out, switched off, extended without moving anything."""

from datetime import UTC, date, datetime

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from sla.calendars.actions import extend_years, save_calendar
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.models import Calendar
from sla.calendars.public import extended, regions, write_out

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def berlin(**public: object) -> dict[str, object]:
    where = {"country": "DE", "subdivision": "BE", **public}
    return {"timezone": "Europe/Berlin", "weekly": WEEK, "public": where}


def test_the_holidays_of_a_region_are_written_out_from_last_year_to_three_ahead() -> None:
    content = write_out(berlin(), now=NOW)
    calendar = BusinessCalendar.from_content(content)
    assert calendar.public is not None
    assert (calendar.public.first, calendar.public.last) == (2025, 2029)
    assert calendar.holidays_by_day[date(2026, 3, 8)].name  # Women's Day: Berlin has it
    assert {day.year for day in calendar.holidays_by_day} == set(range(2025, 2030))
    other = BusinessCalendar.from_content(write_out(berlin(subdivision="NW"), now=NOW))
    assert date(2026, 3, 8) not in other.holidays_by_day
    assert BusinessCalendar.from_content(calendar.content()) == calendar


def test_a_holiday_that_is_switched_off_is_a_working_day() -> None:
    content = write_out(berlin(off=["2025-10-03"]), now=NOW)
    calendar = BusinessCalendar.from_content(content)
    assert calendar.blocks_on(date(2025, 10, 3)) != ()
    assert calendar.blocks_on(date(2027, 12, 24)) != () == calendar.blocks_on(date(2026, 12, 25))
    again = write_out({**content, "public": {**content["public"], "off": []}}, now=NOW)  # type: ignore[dict-item]
    assert BusinessCalendar.from_content(again).blocks_on(date(2025, 10, 3)) == ()


def test_own_closures_are_closed_beside_the_public_holidays() -> None:
    content = write_out({**berlin(), "closures": {"2026-12-28": "Company holiday"}}, now=NOW)
    calendar = BusinessCalendar.from_content(content)
    assert calendar.blocks_on(date(2026, 12, 28)) == () == calendar.blocks_on(date(2026, 12, 25))
    bare = write_out({**content, "closures": {}}, now=NOW)
    assert BusinessCalendar.from_content(bare).blocks_on(date(2026, 12, 28)) != ()


@pytest.mark.parametrize(
    ("public", "field"),
    [
        ({"country": "XX"}, "public.country"),
        ({"country": "Germany"}, "public.country"),
        ({"country": 7}, "public.country"),
        ({"subdivision": "Atlantis"}, "public.subdivision"),
        ({"subdivision": ["BE"]}, "public.subdivision"),
        ({"off": ["2026-12-23"]}, "public.off"),
        ({"off": ["soon"]}, "public.off"),
        ({"years": [2029, 2025]}, "public.years"),
        ({"anything": 1}, "public"),
    ],
)
def test_a_choice_that_names_nothing_is_refused_at_its_place(
    public: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        write_out(berlin(**public), now=NOW)
    assert (refused.value.code, refused.value.field) == ("invalid_schedule", field)


def test_further_years_change_nothing_in_those_covered() -> None:
    content = write_out({**berlin(off=["2026-10-03"]), "closures": {"2026-12-28": "x"}}, now=NOW)
    assert extended(content, now=NOW) is None
    longer = extended(content, now=NOW.replace(year=2027))
    assert longer is not None
    before, after = (BusinessCalendar.from_content(one) for one in (content, longer))
    assert after.public is not None and after.public.last == 2030
    assert {day for day in after.holidays_by_day if day.year < 2030} == set(before.holidays_by_day)
    assert date(2030, 12, 25) in after.holidays_by_day
    assert extended(longer, now=NOW.replace(year=2027)) is None


def test_every_night_calendars_are_extended_once_a_year(cast: Cast, now: datetime) -> None:
    week = {"timezone": "UTC", "weekly": WEEK}
    own = save_calendar(name="Sam", content=week, now=now, user=cast.sam)
    with_public = list(Calendar.objects.exclude(pk=own.pk).order_by("pk"))
    assert extend_years(now=now) == 0
    assert extend_years(now=now.replace(year=2027)) == len(with_public) > 0
    assert extend_years(now=now.replace(year=2027)) == 0
    own.refresh_from_db()
    assert own.current is not None and own.current.number == 1
    for calendar in with_public:
        before = calendar.current
        calendar.refresh_from_db()
        assert calendar.current is not None and before is not None
        assert (calendar.current.number, calendar.current.made_by) == (before.number + 1, None)


def test_regions_are_known_by_name() -> None:
    assert ("BE", "Berlin") in regions("DE")
    assert regions("XX") == ()
