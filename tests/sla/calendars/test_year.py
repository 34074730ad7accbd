"""A calendar as a year of days, a week in words, and the difference between two."""

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.year import FIRST_YEAR, LAST_YEAR, differences, week_words, year_of

OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(**more: object) -> BusinessCalendar:
    return BusinessCalendar.from_content({"timezone": "UTC", "weekly": OFFICE, **more})


@given(st.integers(FIRST_YEAR, LAST_YEAR))
def test_a_year_has_every_date_once_under_its_weekday(year: int) -> None:
    months = year_of(calendar(), year)
    assert len(months) == 12
    for number, month in enumerate(months, 1):
        days = [day for week in month.weeks for day in week if day]
        length = monthrange(year, number)[1]
        assert [day.date for day in days] == [date(year, number, n) for n in range(1, length + 1)]
        for week in month.weeks:
            assert len(week) == 7 and any(week)
            assert all(day.date.weekday() == place for place, day in enumerate(week) if day)


def test_each_day_says_what_it_is() -> None:
    hours = calendar(
        holidays={"2026-12-25": "Christmas Day"},
        closures={"2026-12-28": "Company holiday"},
        overrides={"2026-12-24": {"name": "Eve", "blocks": [["09:00", "12:00"]]}, "2026-12-25":
                   [["09:00", "10:00"]], "2026-12-31": []},
    )  # fmt: skip
    days = {day.date.day: day for week in year_of(hours, 2026)[11].weeks for day in week if day}
    told = {number: (day.kind.value, day.hours, day.name) for number, day in days.items()}
    assert told[23] == ("open", "09:00–17:00", "")
    assert told[24] == ("override", "09:00–12:00", "Eve")
    assert told[25] == ("holiday", "closed", "Christmas Day")  # a holiday beats an override
    assert told[26] == ("closed", "closed", "")
    assert told[28] == ("closure", "closed", "Company holiday")
    assert told[31] == ("override", "closed", "")
    assert [day.date.day for day in year_of(hours, 2026)[11].special] == [24, 25, 28, 31]
    assert days[31].title == "Thu 31 December: override, closed"


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (OFFICE, "Mon–Fri 09:00–17:00"),
        ({**OFFICE, "fri": [["09:00", "12:00"], ["13:00", "15:00"]], "sat": []},
         "Mon–Thu 09:00–17:00; Fri 09:00–12:00, 13:00–15:00"),
        ({"sun": [["00:00", "24:00"]]}, "Sun 00:00–24:00"),
        ({}, "no hours in a usual week"),
    ],
)  # fmt: skip
def test_a_week_is_said_in_words(week: dict[str, object], words: str) -> None:
    hours = BusinessCalendar.from_content({"timezone": "UTC", "weekly": week})
    assert week_words(hours) == words


def test_an_edit_is_said_in_sentences() -> None:
    before = calendar(holidays={"2026-12-25": "Christmas Day"}, overrides={"2026-12-24": []})
    after = BusinessCalendar.from_content({
        "timezone": "Europe/Berlin",
        "weekly": {**OFFICE, "wed": [["09:00", "13:00"]]},
        "holidays": {},
        "closures": {"2026-12-28": "Company holiday", "2026-12-29": "Company holiday"},
        "overrides": {"2026-12-24": [["09:00", "12:00"]]},
    })  # fmt: skip
    assert differences(before, before) == []
    assert differences(before, after) == [
        "Zone UTC → Europe/Berlin",
        "Wed 09:00–17:00 → 09:00–13:00",
        "2026-12-25 Christmas Day: working day again",
        "2026-12-28 to 2026-12-29 Company holiday: closed",
        "2026-12-24 09:00–12:00: special hours, changed",
    ]
