"""Calendars to try: those of the shared cases, and random ones in the zones that hurt."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sla.calendars.arithmetic import BusinessCalendar, Pause
from sla.calendars.content import WEEKDAYS

CASES_FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "business_time_cases.json"

# A zone, and a day on which its clocks were moved in a way that programs get wrong.
TRANSITIONS: Sequence[tuple[str, date]] = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Dublin", date(2026, 3, 29)),  # winter time is the negative saving
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Africa/Cairo", date(2026, 4, 24)),  # the day begins at 01:00
    ("Africa/Cairo", date(2026, 10, 30)),  # 23:00 to 24:00 comes twice
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Asia/Pyongyang", date(2018, 5, 5)),
    ("Africa/Casablanca", date(2026, 2, 15)),  # Ramadan
    ("Asia/Kathmandu", date(1986, 1, 1)),  # a quarter of an hour, at New Year
    ("Europe/Amsterdam", date(1937, 7, 1)),  # an offset with seconds
    ("UTC", date(2026, 12, 31)),
)


@cache
def shared_cases() -> list[dict[str, Any]]:
    """The language-neutral cases, each with its schedule filled in; none where they are absent."""
    if not CASES_FILE.exists():
        return []
    known = json.loads(CASES_FILE.read_text())
    return [
        {**case, "weekly": known["schedules"].get(case["schedule"])}
        if isinstance(case["schedule"], str)
        else {**case, "weekly": case["schedule"]}
        for case in known["cases"]
    ]


def case_params() -> list[Any]:
    """The cases by id, or one that is skipped and says why."""
    cases = [pytest.param(case, id=case["id"]) for case in shared_cases()]
    missing = pytest.mark.skip(reason="the shared business time cases are not beside the checkout")
    return cases or [pytest.param({}, marks=missing, id="absent")]


def case_content(case: Mapping[str, Any]) -> dict[str, Any]:
    """The calendar of a case as the API takes it."""
    return {
        "timezone": case["tz"],
        "weekly": case["weekly"],
        "holidays": case["holidays"],
        "overrides": case.get("date_overrides", {}),
    }


def office(zone: str, *blocks: str, **more: object) -> BusinessCalendar:
    """Monday to Friday, with blocks as `09:00-17:00`."""
    day = [block.split("-") for block in blocks]
    weekly = dict.fromkeys(WEEKDAYS[:5], day)
    return BusinessCalendar.from_content({"timezone": zone, "weekly": weekly, **more})


def round_the_clock(zone: str) -> BusinessCalendar:
    """Always open."""
    weekly = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
    return BusinessCalendar.from_content({"timezone": zone, "weekly": weekly})


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def random_blocks(random: Random, most: int = 3) -> list[list[str]]:
    """Up to `most` blocks on multiples of five minutes; some touch, some reach 24:00."""
    edges = sorted(random.sample(range(289), 2 * random.randint(1, most)))
    blocks = [
        [clock_text(5 * a), clock_text(5 * b)] for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
    if len(blocks) > 1 and random.random() < 0.2:
        blocks[1][0] = blocks[0][1]
    return blocks


def random_content(random: Random, zone: str, around: date) -> dict[str, Any]:
    """Several blocks a day, holidays and overrides in the fortnight around a date."""
    weekly = {day: random_blocks(random) for day in WEEKDAYS if random.random() < 0.7}
    weekly = weekly or {"wed": [["00:00", "24:00"]]}
    near = [(around + timedelta(days)).isoformat() for days in range(-7, 8)]
    return {
        "timezone": zone,
        "weekly": weekly,
        "holidays": {day: f"Feast {day[-2:]}" for day in random.sample(near, random.randint(0, 2))},
        "overrides": {
            day: random.choice([[], random_blocks(random), {"name": "Fair", "blocks": []}])
            for day in random.sample(near, random.randint(0, 2))
        },
    }


def random_instant(random: Random, around: date, *, grain: timedelta) -> datetime:
    """Within three days of a date."""
    noon = datetime(around.year, around.month, around.day, 12, tzinfo=UTC)
    steps = timedelta(days=3) // grain
    return noon + random.randint(-steps, steps) * grain


def random_pauses(random: Random, around: date, *, grain: timedelta) -> list[Pause]:
    """Some pauses of up to twenty hours; they may overlap, touch or be empty."""
    begins = [random_instant(random, around, grain=grain) for _ in range(random.randint(0, 3))]
    longest = timedelta(hours=20) // grain
    return [(begin, begin + random.randint(0, longest) * grain) for begin in begins]


def counts_by_definition(
    calendar: BusinessCalendar, instant: datetime, pauses: Sequence[Pause] = ()
) -> bool:
    """The rule itself, word for word and without any cleverness."""
    if any(begin <= instant < end for begin, end in pauses):
        return False
    wall = instant.astimezone(calendar.zone)
    day = wall.date()
    if any(holiday.day == day for holiday in calendar.holidays):
        return False
    blocks = calendar.week[day.weekday()]
    for override in calendar.overrides:
        if override.day == day:
            blocks = override.blocks
    second = wall.hour * 3600 + wall.minute * 60 + wall.second
    return any(block.open <= second < block.close for block in blocks)
