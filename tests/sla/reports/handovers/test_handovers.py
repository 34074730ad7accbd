"""A marketer's figures: refusals, sources and pace, each opening what it counts."""

import re
from datetime import datetime
from decimal import Decimal
from html import unescape

import pytest
import time_machine

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.actions import reject_lead
from leads.handoff.evidence import NOTHING, Evidence
from leads.handoff.models import Lead
from sla.agreement.promises import Volume
from sla.reports.handovers.queries import (
    handed_by_source,
    pace_days,
    refused_by_criterion,
    sources_of,
)
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import read_card
from sla.reports.scorecard.pace import Pace, came_by_day, month_of
from sla.reports.slices import Slice
from tests.pages import Browser
from tests.sla.reports.conftest import HOUR, Hand


def refuse(lead: Lead, now: datetime, reason: str) -> None:
    assert isinstance(lead.holder, User)
    named = Evidence(team="americas") if reason == "wrong_route" else NOTHING
    reject_lead(lead_id=lead.pk, actor=lead.holder, now=now, reason=reason, evidence=named)


@pytest.fixture
def scene(hand: Hand, cast: Cast, now: datetime) -> Slice:
    """Three accepted and two refused of a fair, one of these for its route; one waits."""
    for age in (60, 61, 62):
        hand(age, 1)
    refuse(hand(50), now - 40 * HOUR, "no_consent")
    refuse(hand(51), now - 40 * HOUR, "wrong_route")
    hand(10, source="web")
    return read_card({}, scope_of(cast.mia), now=now).exact.slice


@pytest.mark.django_db
def test_a_wrong_route_does_not_count_against_a_source(scene: Slice, now: datetime) -> None:
    handed = handed_by_source(scene, now=now)
    fair, web = sources_of(handed)
    assert (fair.handed, fair.accepted, fair.decided) == (5, 3, 4)
    assert (web.handed, web.accepted, web.decided) == (1, 0, 0)
    assert fair.acceptance.words() == "3 of 4"
    assert sum(line.count for line in refused_by_criterion(handed)) == 2


@pytest.mark.django_db
def test_each_number_of_a_marketer_opens_what_it_counts(
    scene: Slice, cast: Cast, now: datetime
) -> None:
    Lead.objects.filter(source="web").update(marketer=cast.ana)
    browser = Browser(cast.mia, now)
    for url in ("/handoffs/figures/", "/handoffs/figures/?who=all"):
        page = browser.get(url)
        found = re.findall(r'<a class="figure" href="([^"]+)"[^>]*>([^<]+)</a>', page)
        assert len(found) >= 6
        for link, text in found:
            assert browser.get(unescape(link)).count("<tr data-ref=") == int(text), link
    assert "web" not in re.findall(r"<bdi>([^<]+)</bdi></th>", browser.get("/handoffs/figures/"))
    browser.get("/handoffs/figures/?table=colour", 404)
    browser.get("/sla/clocks/?marketer=nobody", 400)


@pytest.mark.django_db
def test_the_pace_of_a_month_adds_up_day_by_day(scene: Slice, cast: Cast, now: datetime) -> None:
    volume = Volume("leads", 40, Decimal("0.2"))
    month = Slice(month_of(now)[0], now)
    pace = Pace(volume, came_by_day(month, volume, now=now), 0.5, month)
    days = pace_days(pace, now=now)
    assert days[-1].so_far == 3, "overrides count once they are accepted, what bounced back never"
    assert [one.paced for one in days] == sorted(one.paced for one in days)
    assert 0 < days[-1].paced < 40


def test_a_pace_is_judged_by_the_agreed_tolerance(now: datetime) -> None:
    volume, month = Volume("leads", 100, Decimal("0.2")), Slice(now, now)
    came = [{now.date(): Decimal(n)} for n in (39, 40, 60, 61)]
    states = [Pace(volume, one, 0.5, month).state for one in came]
    assert states == ["behind", "on pace", "on pace", "ahead"]
    assert Pace(volume, came[0], 0, month).state == "on pace", "the month has not begun to work"


@pytest.mark.django_db
def test_a_december_ends_with_the_year(now: datetime) -> None:
    first, last = month_of(datetime.fromisoformat("2026-12-15T12:00:00+00:00"))
    assert (f"{first:%F}", f"{last:%F}") == ("2026-12-01", "2027-01-01")


@pytest.mark.django_db
def test_a_marketers_tables_are_files(scene: Slice, cast: Cast, now: datetime) -> None:
    browser = Browser(cast.mia, now)
    with time_machine.travel(now, tick=False):
        answer = browser.client.get("/handoffs/figures/?table=sources&who=all")
        kinds = browser.client.get("/handoffs/figures/?table=kinds&who=all")
    assert "fair,5,3,4,0,0" in b"".join(answer).decode()
    named = f'wrong_route,"Wrong territory, product or owner",team-{cast.americas.pk},Americas,1'
    assert named in b"".join(kinds).decode()


@pytest.mark.django_db
def test_a_seller_reads_no_figures_of_handovers(cast: Cast, now: datetime) -> None:
    Browser(cast.sam, now).get("/handoffs/figures/", 403)
