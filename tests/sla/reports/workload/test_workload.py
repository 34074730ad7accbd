"""Who carries how much, beside what was agreed; each number opens what it counts."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import Absence, Membership
from leads.routing.models import RoutingVersion
from sla.reports.rollups.keeping import keep_days
from sla.reports.rollups.keeping_took import keep_took
from sla.reports.slices import Slice
from sla.reports.workload.loads import loads_of
from sla.reports.workload.views import state_of
from tests.pages import Browser
from tests.sla.reports.conftest import Hand


@pytest.fixture
def scene(hand: Hand, cast: Cast, now: datetime) -> None:
    """Six leads of EMEA; Sam may hold at most two, Dora works twice as much and is away."""
    for age in range(6):
        hand(20 + age, 1)
    published = RoutingVersion.objects.get(state="published")
    members = {"sam": {"open": 2}, "dora": {"weight": 2}}
    content = {**published.content, "teams": {"emea": {"members": members}}}
    RoutingVersion.objects.filter(pk=published.pk).update(state="retired", retired_at=now)
    RoutingVersion.objects.create(
        version=50, state="published", content=content, drafted_by=cast.max, drafted_at=now,
        published_by=cast.max, published_at=now,
    )  # fmt: skip
    Absence.objects.create(
        user=cast.dora, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2),
        made_by=cast.max, made_at=now,
    )  # fmt: skip


@pytest.mark.django_db
def test_what_somebody_holds_stands_beside_what_was_agreed(
    scene: None, cast: Cast, now: datetime
) -> None:
    team = frozenset({cast.emea.pk})
    dora, sam = loads_of(Slice(now - timedelta(days=7), now, team_ids=team), now=now)
    assert (dora.open + sam.open, dora.new + sam.new) == (6, 6)
    assert (sam.capacity, dora.capacity) == (2, 4.0)
    assert dora.away.startswith("away ") and not sam.away
    assert state_of(sam) == (f"{sam.open - 2} too many", "late")
    assert state_of(dora) == ("", "")


@pytest.mark.django_db
def test_what_is_kept_says_the_same_and_more_than_a_page_is_a_page_away(
    scene: None, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    slice_ = Slice(now - timedelta(days=7), now)
    told = loads_of(slice_, now=now)
    assert keep_took(now=now) and keep_days(now=now)
    assert loads_of(slice_, now=now) == told
    monkeypatch.setattr("sla.reports.workload.views.SHOWN", 1)
    browser = Browser(cast.max, now)
    for page, one in enumerate(told, start=1):
        seen = browser.get(f"/sla/workload/?days=7&page={page}")
        assert f"{page} to {page} of {len(told)}" in seen
        assert re.findall(r'<th scope="row"><bdi>([^<]+)', seen) == [one.name]


@pytest.mark.django_db
def test_every_number_of_the_workload_opens_what_it_counts(
    scene: None, cast: Cast, now: datetime
) -> None:
    browser = Browser(cast.max, now)
    page = browser.get("/sla/workload/?days=7")
    found = re.findall(r'<a class="figure" href="([^"]+)">(\d+)</a>', page)
    assert len(found) >= 8
    for url, number in found:
        assert browser.get(unescape(url)).count("<tr data-ref=") == int(number), url
    lines = b"".join(browser.client.get("/sla/workload/?format=csv")).decode().splitlines()
    assert lines[0].endswith("seller,team,open,at_most,even_share,weight,new,fell_due,missed,away")


@pytest.mark.django_db
def test_a_manager_of_one_team_reads_the_load_of_that_team_alone(
    scene: None, cast: Cast, now: datetime
) -> None:
    Membership.objects.create(team=cast.emea, user=cast.nora)
    page = Browser(cast.lena, now).get("/sla/workload/")
    assert "Nora Reyes" in page and "Sam Okafor" not in page
    assert "EMEA" not in page, "what Nora does in a team of somebody else"
    listed = Browser(cast.lena, now).get(f"/sla/workload/leads/?holder={cast.sam.pk}")
    assert "Nothing is counted here." in listed
    for url in ("/sla/workload/", "/sla/workload/leads/"):
        Browser(cast.sam, now).get(url, 403)
