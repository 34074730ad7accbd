"""Words for times: the shared table, and the face of a clock at its turning points."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadbridge.kernel.words import countdown, duration_words, running_face, still_face

CASES = json.loads(Path(__file__).with_name("words_cases.json").read_text())
START = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)
RISK = START + timedelta(hours=3)
DUE = START + timedelta(hours=4)


@pytest.mark.parametrize(("seconds", "words"), CASES["durations"])
def test_a_duration_is_said_in_the_words_of_the_table(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(("due", "now", "zone", "words"), CASES["countdowns"])
def test_a_countdown_is_said_in_the_words_of_the_table(
    due: str, now: str, zone: str, words: str
) -> None:
    there = datetime.fromisoformat(due).astimezone(ZoneInfo(zone))
    assert countdown(there, datetime.fromisoformat(now)) == words


def test_a_countdown_across_a_clock_change_counts_the_hours_that_pass() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 29, 1, 0, tzinfo=berlin)
    after = datetime(2026, 3, 29, 4, 0, tzinfo=berlin)
    assert countdown(after, before) == "2 h 00 left"


@pytest.mark.parametrize(
    ("now", "tone", "spent"),
    [
        (START, "ok", 0),
        (RISK - timedelta(seconds=1), "ok", 74),
        (RISK, "risk", 75),
        (DUE, "risk", 100),
        (DUE + timedelta(seconds=1), "late", 100),
    ],
)
def test_a_face_turns_at_its_instants(now: datetime, tone: str, spent: int) -> None:
    face = running_face(start=START, risk=RISK, due=DUE, now=now)
    assert (face.tone, face.spent) == (tone, spent)


def test_a_face_takes_the_share_of_working_time_when_it_is_known() -> None:
    assert running_face(start=START, risk=RISK, due=DUE, now=START, spent=0.4).spent == 40


def test_a_face_at_risk_is_three_quarters_full_however_long_the_night_before_it() -> None:
    monday = START + timedelta(days=3)
    face = running_face(start=START, risk=monday, due=monday + timedelta(minutes=15), now=monday)
    assert (face.tone, face.spent) == ("risk", 75)


def test_a_late_face_is_full_whatever_share_was_given() -> None:
    late = running_face(start=START, risk=RISK, due=DUE, now=DUE + timedelta(hours=1), spent=0.4)
    assert late.spent == 100


def test_a_target_of_nothing_is_spent_at_once() -> None:
    assert running_face(start=START, risk=START, due=START, now=START).spent == 100


def test_a_face_seen_by_a_slow_machine_before_its_start_is_empty() -> None:
    early = START - timedelta(seconds=2)
    assert running_face(start=START, risk=START, due=DUE, now=early).spent == 0


def test_a_still_face_has_nothing_to_count() -> None:
    face = still_face("met in 1 h 12", tone="ok", spent=0.3)
    assert (face.due, face.words, face.spent) == ("", "met in 1 h 12", 30)
