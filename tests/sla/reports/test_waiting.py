"""The black hole on the SLA page: people, money, and lists as long as their figures."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from sla.clocks.models import Clock
from sla.reports.bands import BANDS, band_q
from sla.reports.hole_parts import BAND_PARTS
from sla.reports.slices import Part, Slice, clocks_in
from sla.reports.waiting import Loss, black_hole
from tests.sla.reports.conftest import HOUR, Hand
from tests.sla.reports.test_pages import Browser, whole

pytestmark = pytest.mark.django_db


def card(page: str) -> str:
    found = re.search(r'<section class="card hole">.*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def ever(now: datetime) -> Slice:
    return Slice(now - timedelta(days=30), now)


def test_a_manager_reads_how_many_people_wait_and_what_is_at_stake(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    for age, value in ((9, 6000), (20, 15000), (30, None), (3, 500), (20, 700)):
        lead = hand(age, 1 if value == 700 else None)
        Lead.objects.filter(pk=lead.pk).update(value=value)
    Clock.objects.exclude(kind="accept").update(void_at=now, void_cause="undone", next_at=None)
    shown = card(Browser(cast.max, now).get("/sla/"))
    assert re.search(r">3</a> people have been waiting longer than we promised", shown)
    assert "about €21,000 expected; 1 lead without a value" in shown


def test_every_figure_of_the_hole_opens_exactly_its_clocks(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    for age in (9, 20, 40, 70, 100):
        hand(age)
    pool = hand(30, country="")
    assert pool.holder is None
    gone = hand(25).holder
    assert gone is not None
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    browser = Browser(cast.max, now)
    shown = card(browser.get("/sla/"))
    assert "Nobody: waiting in a pool" in shown
    assert "People who no longer work here" in shown
    figures = re.findall(r'<a class="figure" href="([^"]+)"[^>]*>([\d,]+)</a>', shown)
    assert len(figures) > 8
    for url, number in figures:
        assert whole(browser.get(url)) == int(number.replace(",", "")), unescape(url)
        filed = browser.get(f"{url}&amp;format=csv").splitlines()
        assert len(filed) - 1 == int(number.replace(",", ""))


def test_a_person_with_several_broken_promises_waits_once(hand: Hand, now: datetime) -> None:
    hand(20)
    hole = black_hole(ever(now), now=now)
    assert hole.people == 1
    assert hole.count == Clock.objects.filter(due_at__lt=now, stopped_at=None, void_at=None).count()
    assert hole.count > 1
    assert clocks_in(ever(now), Part.LATE_PEOPLE, now).count() == 1


def test_each_promise_and_holder_says_how_many_wait_and_what_is_at_stake(
    hand: Hand, now: datetime
) -> None:
    """A lead with two broken promises counts once in each, and once in all."""
    for age, value in ((9, 6000), (20, 15000), (30, None)):
        Lead.objects.filter(pk=hand(age).pk).update(value=value)
    hole = black_hole(ever(now), now=now)
    of = dict(hole.kinds)
    assert of["accept"] == Loss(3, 3, Decimal(21000))
    assert of["first_touch"] == of["accept"]
    assert sum(loss.count for loss in of.values()) == hole.count
    assert (hole.people, hole.money, hole.unvalued) == (3, Decimal(21000), 1)
    for one in hole.holders:
        theirs = replace(ever(now), holder_id=int(one.key))
        assert clocks_in(theirs, Part.LATE_PEOPLE, now).count() == one.loss.people
        assert black_hole(theirs, now=now).whole == one.loss


def test_each_late_clock_is_in_exactly_one_band(hand: Hand, now: datetime) -> None:
    ages = {1: (8.5, 15.9), 2: (16, 31.9), 4: (32, 63.9), 8: (64, 64.1, 300)}
    for hours in ages.values():
        for age in hours:
            hand(age)
    slice_ = Slice(now - timedelta(days=30), now, kind="accept")
    for times, part in BAND_PARTS.items():
        assert clocks_in(slice_, part, now).count() == len(ages[times])
    assert black_hole(slice_, now=now).bands == (2, 2, 2, 3)
    found = [Clock.objects.filter(band_q(times, now)).count() for times in BANDS]
    assert sum(found) == Clock.objects.count()


def test_nothing_late_shows_no_hole(cast: Cast, hand: Hand, now: datetime) -> None:
    hand(2)
    page = Browser(cast.max, now).get("/sla/")
    assert "have been waiting longer" not in page
    hole = black_hole(ever(now), now=now)
    assert (hole.people, hole.money, hole.count) == (0, Decimal(0), 0)
    assert black_hole(ever(now), now=now + 10 * HOUR).people == 1


def test_the_lead_of_one_team_sees_the_hole_of_that_team_alone(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    hand(30, country="US")
    hand(30, country="DE")
    assert re.search(r">2</a> people", card(Browser(cast.max, now).get("/sla/")))
    assert re.search(r">1</a> person", card(Browser(cast.lena, now).get("/sla/")))
