"""What becomes of one running clock when its calendar is edited."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from leadbridge.kernel.errors import DomainError
from sla.calendars.arithmetic import BusinessCalendar, due
from sla.clocks.moving import Standing, move

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)


def open_from(opens: str, closes: str, **more: object) -> BusinessCalendar:
    week = {day: [[opens, closes]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return BusinessCalendar.from_content({"timezone": "UTC", "weekly": week, **more})


OLD = open_from("08:00", "16:00")
EARLIER = open_from("06:00", "16:00")  # what started at 07:00 is due an hour sooner
SHORT = open_from("08:00", "12:00")


def clock(**changes: object) -> Standing:
    """Four hours from Monday 07:00: at risk at 11:00, due at 12:00, offered on Tuesday 08:00."""
    usual = Standing(
        id=1,
        lead_id=1,
        calendar_id=1,
        counted=True,
        target_seconds=4 * 3600,
        at_risk_share=Decimal("0.75"),
        started_at=NOON - 5 * HOUR,
        at_risk_at=NOON - HOUR,
        due_at=NOON,
        pauses=[],
        detected_at=None,
        steps=["remind", "tell", "offer"],
        step_times=[NOON - HOUR, NOON, NOON + 4 * HOUR],
        next_at=NOON - HOUR,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields by name


def test_the_clock_of_these_tests_is_what_its_calendar_says() -> None:
    at = NOON - 3 * HOUR
    same = move(clock(), old=OLD, new=OLD, now=at)
    assert not same.has_moved
    assert (same.at_risk_at, same.due_at) == (NOON - HOUR, NOON)
    assert list(same.step_times) == [NOON - HOUR, NOON, NOON + 4 * HOUR]
    assert same.next_at == NOON - HOUR


def test_a_clock_ahead_of_its_time_moves_with_all_its_steps() -> None:
    moved = move(clock(), old=OLD, new=EARLIER, now=NOON - 4 * HOUR)
    assert (moved.at_risk_at, moved.due_at) == (NOON - 2 * HOUR, NOON - HOUR)
    assert list(moved.step_times) == [NOON - 2 * HOUR, NOON - HOUR, NOON + 3 * HOUR]
    assert moved.next_at == NOON - 2 * HOUR
    assert not (moved.turned_late or moved.dropped or moved.detected_at)


def test_what_turns_late_by_an_edit_is_marked_and_climbs_no_further() -> None:
    now = NOON - HOUR / 2
    at_risk = clock(steps=["tell", "offer"], step_times=[NOON, NOON + 4 * HOUR], next_at=NOON)
    moved = move(at_risk, old=OLD, new=EARLIER, now=now)
    assert moved.turned_late
    assert (moved.due_at, moved.detected_at) == (NOON - HOUR, now)
    assert moved.steps == () and moved.next_at is None
    assert [step for step, _ in moved.dropped] == ["tell", "offer"]


def test_what_an_edit_only_puts_at_risk_is_not_reminded_of() -> None:
    now = NOON - 1.5 * HOUR
    moved = move(clock(), old=OLD, new=EARLIER, now=now)
    assert moved.at_risk_at < now < moved.due_at
    assert moved.steps == ("tell", "offer")
    assert moved.dropped == (("remind", NOON - 2 * HOUR),)
    assert moved.next_at == moved.due_at


def test_what_was_late_already_and_is_not_told_yet_is_left_to_the_sweep() -> None:
    moved = move(clock(), old=OLD, new=EARLIER, now=NOON + HOUR / 60)
    assert not moved.turned_late and moved.detected_at is None
    assert moved.steps == ("remind", "tell", "offer")
    assert moved.next_at == NOON - 2 * HOUR


def told(**changes: object) -> Standing:
    return clock(
        detected_at=NOON + HOUR / 60, steps=["offer"], step_times=[NOON + 4 * HOUR],
        next_at=NOON + 4 * HOUR, **changes,
    )  # fmt: skip


def test_what_was_told_stays_told_and_climbs_on() -> None:
    moved = move(told(), old=OLD, new=EARLIER, now=NOON + HOUR)
    assert moved.detected_at == NOON + HOUR / 60
    assert moved.due_at == NOON - HOUR and not moved.turned_late
    assert moved.steps == ("offer",) and moved.next_at == NOON + 3 * HOUR


def test_a_step_that_an_edit_moves_behind_now_is_dropped() -> None:
    moved = move(told(), old=OLD, new=EARLIER, now=NOON + 3.5 * HOUR)
    assert moved.steps == () and moved.next_at is None
    assert moved.dropped == (("offer", NOON + 3 * HOUR),)


def test_what_is_late_no_longer_may_fall_due_again() -> None:
    later = open_from("11:30", "16:00")
    moved = move(told(), old=OLD, new=later, now=NOON + HOUR)
    assert moved.late_no_longer and moved.detected_at is None
    assert moved.due_at == NOON + 3.5 * HOUR
    assert moved.steps == ("tell", "offer")
    assert moved.next_at == moved.due_at


def test_due_at_this_very_instant_is_not_late() -> None:
    moved = move(clock(), old=OLD, new=EARLIER, now=NOON - HOUR)
    assert moved.due_at == NOON - HOUR
    assert not moved.turned_late and "tell" in moved.steps


def test_a_promised_date_stays_where_it_is() -> None:
    moved = move(clock(counted=False), old=OLD, new=SHORT, now=NOON - 3 * HOUR)
    assert not moved.has_moved
    assert moved.steps == ("remind", "tell", "offer")
    assert moved.next_at == NOON - HOUR


def test_pauses_count_by_the_new_hours_too() -> None:
    pause = [(NOON - 4 * HOUR).isoformat(), (NOON - 2 * HOUR).isoformat()]
    start, new = NOON - 5 * HOUR, open_from("06:00", "18:00")
    moved = move(clock(pauses=[pause]), old=OLD, new=new, now=NOON - 4 * HOUR)
    assert moved.due_at == start + 6 * HOUR


def test_a_clock_that_was_set_aside_is_not_looked_at_again() -> None:
    moved = move(clock(next_at=None), old=OLD, new=EARLIER, now=NOON - 4 * HOUR)
    assert moved.due_at == NOON - HOUR and moved.next_at is None


def test_hours_without_any_time_left_are_refused() -> None:
    once = {"2026-11-01": [["08:00", "09:00"]]}
    never = BusinessCalendar.from_content({"timezone": "UTC", "weekly": {}, "overrides": once})
    with pytest.raises(DomainError) as refused:
        move(clock(), old=OLD, new=never, now=NOON)
    assert refused.value.code == "no_working_time"


def test_the_due_instant_is_what_a_new_clock_would_get() -> None:
    for new in (EARLIER, SHORT, open_from("00:00", "24:00", holidays=["2026-11-24"])):
        moved = move(clock(), old=OLD, new=new, now=NOON)
        assert moved.due_at == due(new, NOON - 5 * HOUR, 4 * 3600)
