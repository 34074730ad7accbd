"""Attainment and times: the worked example of the field, and what their breakdowns add up to."""

from datetime import datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.shares import wilson
from leads.handoff.actions import reassign_lead, reject_lead
from sla.clocks.models import Clock
from sla.reports.attainment import Score, score_of, scores_by
from sla.reports.groups import By
from sla.reports.rollups.survival import reached
from sla.reports.slices import Part, Slice, clocks_in
from sla.reports.times import Times, times_by, times_of
from tests.sla.reports.conftest import HOUR, TWENTY, Hand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("around_the_clock")]


@pytest.fixture
def month(now: datetime) -> Slice:
    return Slice(now - timedelta(days=30), now + timedelta(days=1), kind="accept")


@pytest.fixture
def twenty(hand: Hand) -> None:
    for age, answered in TWENTY:
        hand(age, answered)


@pytest.mark.usefixtures("twenty")
def test_twenty_leads_have_the_attainment_of_the_worked_example(
    month: Slice, now: datetime
) -> None:
    score = score_of(month, now=now)
    assert score == Score(due=15, met=8, met_late=2, missed_open=5)
    assert score.share == pytest.approx(53.3, abs=0.05)
    assert score.interval == pytest.approx((30.1, 75.2), abs=0.1)


@pytest.mark.usefixtures("twenty")
def test_those_who_still_wait_lengthen_the_median(month: Slice, now: datetime) -> None:
    times = times_of(month, now=now)
    assert (times.n, times.waiting) == (20, 10)
    assert times.median == 9 * 3600
    assert times.p90 is None, "more than a tenth still waits"


@pytest.mark.usefixtures("twenty")
@pytest.mark.parametrize("by", list(By))
def test_the_groups_of_a_breakdown_add_up_to_the_whole(month: Slice, now: datetime, by: By) -> None:
    groups = scores_by(by, month, now=now)
    whole = score_of(month, now=now)
    for name in ("due", "met", "met_late", "missed_open"):
        assert sum(getattr(group.score, name) for group in groups) == getattr(whole, name)
    assert all(group.name for group in groups)
    timed = times_by(by, month, now=now)
    assert sum(group.times.n for group in timed) == 20


@pytest.mark.usefixtures("twenty")
@pytest.mark.parametrize("part", ["due", "met", "met_late", "missed_open"])
def test_a_manager_opens_a_figure_and_finds_as_many_clocks(
    month: Slice, now: datetime, part: str
) -> None:
    listed = clocks_in(month, Part(part), now)
    assert listed.count() == getattr(score_of(month, now=now), part)


def test_a_lead_that_nobody_touched_counts_as_missed(
    hand: Hand, month: Slice, now: datetime
) -> None:
    hand(20)
    assert score_of(month, now=now) == Score(1, 0, 0, 1)
    assert score_of(month, now=now).share is None
    assert score_of(month, now=now).reason == "fewer than 10 fell due"


def test_what_is_not_yet_due_and_open_is_in_no_figure(
    hand: Hand, month: Slice, now: datetime
) -> None:
    hand(2)
    assert score_of(month, now=now) == Score()
    assert score_of(month, now=now).reason == "nothing fell due"


def test_a_clock_belongs_to_the_period_in_which_it_fell_due(
    hand: Hand, month: Slice, now: datetime
) -> None:
    hand(8 + 24, 30)
    due = now - 24 * HOUR
    for start, end, expected in (
        (due, due + HOUR, 1),
        (due - HOUR, due, 0),
        (due + timedelta(microseconds=1), due + HOUR, 0),
    ):
        assert score_of(Slice(start, end, kind="accept"), now=now).due == expected


def test_a_quick_no_meets_the_promise_and_a_change_of_hands_ends_no_wait(
    cast: Cast, hand: Hand, month: Slice, now: datetime
) -> None:
    quick, handed_on = hand(30), hand(30)
    assert quick.holder and handed_on.holder
    reject_lead(lead_id=quick.pk, actor=quick.holder, now=now - 29 * HOUR, reason="no_consent")
    other = cast.dora if handed_on.holder == cast.sam else cast.sam
    reassign_lead(
        lead_id=handed_on.pk, actor=cast.max, now=now - 20 * HOUR, to=other, cause="leave"
    )
    assert score_of(month, now=now) == Score(due=3, met=1, met_late=1, missed_open=1)
    assert times_of(month, now=now) == Times(n=3, waiting=2, median=None, p90=None)
    assert times_of(month, now=now).waiting == 2, "handed on after ten hours is no answer"


def test_nothing_measured_has_no_median(month: Slice, now: datetime) -> None:
    assert times_of(month, now=now) == Times()
    assert times_by(By.WEEK, month, now=now) == []


def plainly(observed: list[tuple[int, bool]], share: float) -> int | None:
    """Kaplan and Meier word for word, as an oracle."""
    waiting, left = 1.0, len(observed)
    for seconds, those in groupby(sorted(observed), key=lambda one: one[0]):
        at_once = list(those)
        ended = sum(done for _, done in at_once)
        waiting *= 1 - ended / left
        left -= len(at_once)
        if ended and waiting <= share + 1e-9:
            return int(seconds)
    return None


@settings(max_examples=60, deadline=None)
@given(
    observed=st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=25),
)
def test_the_estimate_is_what_the_formula_says(observed: list[tuple[int, bool]]) -> None:
    ends = sorted(seconds for seconds, done in observed if done)
    left = sorted(seconds for seconds, done in observed if not done)
    found = (reached(ends, left, 0.5), reached(ends, left, 0.1))
    assert found == (plainly(observed, 0.5), plainly(observed, 0.1))


def test_a_range_is_that_of_wilson() -> None:
    assert wilson(10, 20) == pytest.approx((29.93, 70.07), abs=0.01)
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == pytest.approx(100)
    assert Score(due=30, met=29).interval is None
    assert Score(due=9, met=9).interval is None
    assert Clock.objects.count() == 0
