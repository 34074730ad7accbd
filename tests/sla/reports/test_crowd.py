"""By salesperson: the worst first, a page at a time, and everybody in the file."""

import re
from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from sla.reports.attainment import scores_by
from sla.reports.crowd.people import crowd_of
from sla.reports.groups import By
from sla.reports.rollups.keeping import keep_days
from sla.reports.rollups.keeping_handed import keep_handed
from sla.reports.rollups.keeping_took import keep_took
from sla.reports.slices import Slice
from sla.reports.times import times_by, times_of
from tests.sla.reports.conftest import Hand
from tests.sla.reports.test_pages import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed(hand: Hand) -> None:
    """Both sellers and another team's pool: some in time, some late, some not at all."""
    for age, took in ((90, 2), (70, 1), (60, None), (50, 30), (40, None), (9, None), (2, None)):
        hand(age, took)
    hand(30, country="US")


@pytest.mark.usefixtures("handed")
def test_the_first_are_those_who_missed_most_and_every_line_is_that_of_the_whole(
    now: datetime,
) -> None:
    slice_ = Slice(now - timedelta(days=30), now, side="sales")
    everybody = crowd_of(slice_, now=now)
    missed = [one.score.due - one.score.met for one in everybody.people]
    assert len(missed) > 2
    assert missed == sorted(missed, reverse=True)
    pages = [crowd_of(slice_, now=now, start=n, most=1) for n in range(everybody.whole)]
    assert [page.people[0] for page in pages] == list(everybody.people)
    assert {one.key: one.score for one in everybody.people} == {
        group.key: group.score for group in scores_by(By.HOLDER, slice_, now=now)
    }
    accept = Slice(slice_.start, now, kind="accept", side="sales")
    assert everybody.accept == times_of(accept, now=now)
    by_holder = {group.key: group.times for group in times_by(By.HOLDER, accept, now=now)}
    assert {one.key: one.accept for one in everybody.people if one.accept.n} == by_holder
    assert keep_took(now=now) and keep_days(now=now) and keep_handed(now=now)
    assert crowd_of(slice_, now=now) == everybody, "kept days say the same"
    for number, page in enumerate(pages):
        assert crowd_of(slice_, now=now, start=number, most=1) == page


@pytest.mark.usefixtures("handed")
def test_the_page_says_how_many_there_are_and_the_rest_is_a_page_away(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(cast.max, now)
    whole = len(re.findall('<th scope="row">', browser.get("/sla/people/")))
    monkeypatch.setattr("sla.reports.overview.SHOWN", 1)
    seen = browser.get("/sla/?days=7")
    assert f'<a href="/sla/people/?days=7">All {whole} people</a>' in seen
    filed = browser.get("/sla/?days=7&table=people").splitlines()
    assert len(filed) - 1 == whole > 2
