"""Hours and dates as people type them: read forgivingly, written back in one clear form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from sla.calendars.content import read_blocks, read_holidays, read_overrides
from sla.calendars.typed import (
    read_closures,
    read_hours,
    read_special_days,
    write_closures,
    write_hours,
    write_special_days,
)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("09:00–12:00, 14:00–18:00", [["09:00", "12:00"], ["14:00", "18:00"]]),
        ("9-12, 14:00 – 18", [["09:00", "12:00"], ["14:00", "18:00"]]),
        ("9:00-12:00 13:00-17:00", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("0900-1730", [["09:00", "17:30"]]),
        ("9.30 to 17.30", [["09:30", "17:30"]]),
        ("9am-5pm", [["09:00", "17:00"]]),
        ("9 - 5 pm", [["09:00", "17:00"]]),
        ("1-5pm", [["13:00", "17:00"]]),
        ("12am-12pm", [["00:00", "12:00"]]),
        ("8 to noon and 13-17h", [["08:00", "12:00"], ["13:00", "17:00"]]),
        ("18:00–00:00", [["18:00", "24:00"]]),
        ("22:00–24:00; 0-6", [["22:00", "24:00"], ["00:00", "06:00"]]),
        ("08:00:30-09:00", [["08:00:30", "09:00"]]),
        ("24h", [["00:00", "24:00"]]),
        ("All day", [["00:00", "24:00"]]),
        ("", []),
        (" Closed ", []),
        ("–", []),
    ],
)
def test_hours_are_read_however_they_are_written(text: str, blocks: list[list[str]]) -> None:
    assert read_hours(text, "weekly.mon") == blocks


@pytest.mark.parametrize(
    "text", ["monkey", "9", "9-", "9-12 or so", "9–12,", "nine to five", "²-³"]
)
def test_hours_that_are_none_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_hours(text, "weekly.mon")
    assert refused.value.code == "invalid_schedule"
    assert refused.value.field == "weekly.mon"
    assert "09:00–12:00, 14:00–18:00" in refused.value.message


@pytest.mark.parametrize("text", ["25-26", "9:75-12", "12-9", "9-9", "9-13, 12-14"])
def test_impossible_hours_are_left_to_the_calendar_to_refuse(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_blocks(read_hours(text, "weekly.mon"), "weekly.mon")
    assert refused.value.code == "invalid_schedule"


@given(st.sets(st.integers(0, 24 * 60), min_size=2, max_size=8))
def test_written_hours_are_read_back(minutes: set[int]) -> None:
    times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in sorted(minutes)]
    blocks = [list(pair) for pair in zip(times[::2], times[1::2], strict=False)]
    written = write_hours(read_blocks(blocks, "mon"))
    assert read_hours(written, "mon") == blocks


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for read in (read_hours, read_closures, read_special_days):
        try:
            read(text, "mon")
        except DomainError as refused:
            assert refused.field == "mon"


def test_closures_are_dates_and_stretches_with_names() -> None:
    found = read_closures(
        "2026-12-28 to 2026-12-30 Company holiday\n\n• 1 May 2027 – May Day\n"
        "24.12.2026: Christmas Eve\nDec 5, 2026\n2027-01-02 – 2027-01-03\n"
    )
    assert found == {
        "2026-12-28": "Company holiday",
        "2026-12-29": "Company holiday",
        "2026-12-30": "Company holiday",
        "2027-05-01": "May Day",
        "2026-12-24": "Christmas Eve",
        "2026-12-05": "",
        "2027-01-02": "",
        "2027-01-03": "",
    }
    written = write_closures(read_holidays(found))
    assert "2026-12-28 to 2026-12-30 Company holiday" in written
    assert read_closures(written) == found


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-02-30", "2026-12-31 to 2026-12-01", "2026-01-01 to 2028-01-01", "x" * 50_000],
)
def test_closures_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_closures(text)
    assert (refused.value.code, refused.value.field) == ("invalid_schedule", "closures")


def test_days_with_other_hours_carry_hours_and_a_name() -> None:
    found = read_special_days(
        "2026-12-24 09:00–12:00 Christmas Eve\n2026-12-31 closed\n31.10.2026: 9-12, 13-15 Inventory"
    )
    assert found == {
        "2026-12-24": {"name": "Christmas Eve", "blocks": [["09:00", "12:00"]]},
        "2026-12-31": [],
        "2026-10-31": {"name": "Inventory", "blocks": [["09:00", "12:00"], ["13:00", "15:00"]]},
    }
    assert read_special_days(write_special_days(read_overrides(found))) == found


@pytest.mark.parametrize(
    "text", ["2026-12-24", "2026-12-24 maybe", "2026-12-24 9-12\n2026-12-24 closed"]
)
def test_days_without_hours_or_twice_are_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_special_days(text)
    assert refused.value.field == "overrides"
