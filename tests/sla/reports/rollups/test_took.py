"""Medians out of kept days are those of the rows, to the second."""

import random
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from sla.reports.groups import By
from sla.reports.rollups.checking import differences
from sla.reports.rollups.keeping_took import keep_took
from sla.reports.rollups.models import TookDay
from sla.reports.rollups.survival import reached
from sla.reports.slices import Slice
from sla.reports.times import Times, times_by, times_of
from tests.sla.reports.conftest import HOUR, Hand
from tests.sla.reports.test_ledger import live_at_random

DAY = timedelta(days=1)
SECONDS = st.lists(st.integers(0, 30), max_size=25).map(sorted)


def by_hand(ends: list[int], left: list[int], share: Fraction) -> int | None:
    """Second after second, in exact fractions."""
    waiting = Fraction(1)
    for second in sorted(set(ends)):
        at_risk = sum(one >= second for one in [*ends, *left])
        waiting *= 1 - Fraction(ends.count(second), at_risk)
        if waiting <= share:
            return second
    return None


@given(SECONDS, SECONDS, st.sampled_from([Fraction(1, 2), Fraction(1, 10)]))
def test_the_jumping_estimate_is_that_of_second_after_second(
    ends: list[int], left: list[int], share: Fraction
) -> None:
    assert reached(ends, left, float(share)) == by_hand(ends, left, share)


def everything(cast: Cast, now: datetime) -> list[object]:
    slices = [
        Slice(now - 12 * DAY, now, kind="accept"),
        Slice(now - 9 * DAY, now - 7 * HOUR, kind="first_touch", side="sales"),
        Slice(now - 9 * DAY, now, kind="accept", holder_id=cast.sam.pk),
        Slice(now - 9 * DAY, now, kind="accept", holder_id=0, team_ids=frozenset({cast.emea.pk})),
        Slice(now - 9 * DAY, now, kind="triage", source="fair"),
    ]
    return [
        *(times_of(one, now=now, wall=wall) for one in slices for wall in (True, False)),
        *(times_by(by, one, now=now) for one in slices for by in (By.HOLDER, By.TEAM, By.SOURCE)),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("around_the_clock")
@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_times_are_those_of_the_rows(
    hand: Hand, cast: Cast, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    for age in (230, 220, 150, 100, 60, 59):
        hand(age, age / 5 if chance.random() < 0.6 else None)
    at = now - 47 * HOUR
    for step in range(90):
        at += timedelta(minutes=chance.randint(0, 30))
        live_at_random(cast, chance.choice(list(Lead.objects.order_by("pk"))), at, chance)
        if step == 40:
            assert keep_took(now=at) > 3
    found = everything(cast, at)
    keep_took(now=at)
    kept = everything(cast, at)
    assert differences(now=at)[1] == 0
    TookDay.objects.all().delete()
    assert everything(cast, at) == kept == found
    assert isinstance(found[0], Times) and found[0].n > 3
