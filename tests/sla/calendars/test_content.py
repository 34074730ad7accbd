"""Whatever JSON comes in, it is a calendar or it is refused by its code."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar
from tests.sla.calendars.samples import TRANSITIONS, random_content

NINE_TO_FIVE = {"mon": [["09:00", "17:00"]]}
HUGE = 10**5000  # Python refuses to write such a number out


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "invalid_schedule"),
        ([], "invalid_schedule"),
        ({}, "invalid_schedule"),
        ({"timezone": "UTC"}, "invalid_schedule"),
        ({"weekly": NINE_TO_FIVE}, "invalid_timezone"),
        ({"timezone": "UTC", "weekly": NINE_TO_FIVE, "holliday": []}, "invalid_schedule"),
        ({"timezone": "UTC", "weekly": []}, "invalid_schedule"),
        ({"timezone": "UTC", "weekly": {"monday": []}}, "invalid_schedule"),
        ({"timezone": "UTC", "weekly": NINE_TO_FIVE, "name": 7}, "invalid_schedule"),
        ({"timezone": "UTC", "weekly": NINE_TO_FIVE, "name": "a\0b"}, "invalid_schedule"),
    ],
)
def test_what_is_no_calendar_is_refused(content: Any, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        BusinessCalendar.from_content(content)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "zone",
    [
        "", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/localtime", "UTC\0", "\ud800",
        "x" * 999, "posix/UTC", "localtime", "zone.tab", "+01:00", None, 1, True, [], {},
        pytest.param(HUGE, id="huge"), float("nan"),
    ],
)  # fmt: skip
def test_what_is_no_zone_is_refused(zone: Any) -> None:
    with pytest.raises(DomainError) as caught:
        BusinessCalendar.from_content({"timezone": zone, "weekly": NINE_TO_FIVE})
    assert caught.value.code == "invalid_timezone"
    caught.value.message.encode()


@pytest.mark.parametrize(
    "blocks",
    [
        None, "09:00-17:00", {}, 9, [["09:00"]], [["09:00", "17:00", "18:00"]], ["09:00", "17:00"],
        [["17:00", "09:00"]], [["09:00", "09:00"]], [["24:00", "24:00"]], [["09:00", "24:01"]],
        [["9:00", "17:00"]], [["09:00", "17:60"]], [["09:00 ", "17:00"]], [["٠٩:00", "17:00"]],
        [[9, 17]], [[None, None]], [["09:00", "12:00"], ["11:59", "13:00"]],
        [["00:00", "00:01"]] * 25, [[["09:00"], "17:00"]],
        pytest.param([[HUGE, "17:00"]], id="huge"),
    ],
)  # fmt: skip
def test_what_are_no_open_hours_is_refused(blocks: Any) -> None:
    for content in (
        {"weekly": {"mon": blocks}},
        {"weekly": NINE_TO_FIVE, "overrides": {"2026-12-24": blocks}},
    ):
        with pytest.raises(DomainError) as caught:
            BusinessCalendar.from_content({"timezone": "UTC", **content})
        assert caught.value.code == "invalid_schedule"
        assert "mon" in caught.value.field or "2026-12-24" in caught.value.field


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "26-12-25",
        "2026-12-25T00:00",
        "20261225",
        "",
        None,
        7,
    ],
)
def test_what_is_no_date_is_refused(day: Any) -> None:
    extras: list[Any] = [{"holidays": [day]}, {"holidays": {day: "x"}}, {"overrides": {day: []}}]
    for extra in extras:
        with pytest.raises(DomainError) as caught:
            BusinessCalendar.from_content({"timezone": "UTC", "weekly": NINE_TO_FIVE, **extra})
        assert caught.value.code == "invalid_schedule"


def test_blocks_may_touch_and_reach_midnight_and_have_seconds() -> None:
    day = [["00:00", "09:00:30"], ["09:00:30", "24:00"]]
    read = BusinessCalendar.from_content({"timezone": "UTC", "weekly": {"mon": day[::-1]}})
    assert read.content()["weekly"] == {"mon": day}


@settings(deadline=None, max_examples=50)
@given(st.randoms(use_true_random=False), st.sampled_from(TRANSITIONS))
def test_a_calendar_comes_back_as_it_was_written(random: Any, where: Any) -> None:
    read = BusinessCalendar.from_content(random_content(random, *where), name="Hours")
    written = json.loads(json.dumps(read.content()))
    again = BusinessCalendar.from_content(written, name="Hours")
    assert again == read and again.content() == written


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["09:00", "17:00", "24:00", "2026-12-25", "UTC", "\ud800"])
    | st.none().map(lambda _: HUGE),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["mon", "2026-12-25", "name", "blocks", ""]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(["", "timezone", "weekly", "holidays", "overrides", "name"]), JSON)
def test_hostile_content_is_refused_or_read_and_never_raises_otherwise(
    field: str, poison: Any
) -> None:
    content = {"timezone": "Europe/Berlin", "weekly": NINE_TO_FIVE, field: poison}
    try:
        read = BusinessCalendar.from_content(content if field else poison)
    except DomainError as error:
        assert error.code in {"invalid_schedule", "invalid_timezone"}
        error.message.encode()
    else:
        assert BusinessCalendar.from_content(read.content(), name=read.name) == read
