"""The scorecard over leads handed over by hand: every number opens what it counts."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.campaigns.actions import add_cost, make_campaign
from leads.handoff.actions import qualify_lead, reject_lead, win_lead
from leads.handoff.evidence import Evidence
from leads.handoff.models import Lead
from leads.work.actions import log_touch
from sla.agreement.models import AgreementVersion
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import read_card
from sla.reports.scorecard.card import Scorecard, scorecard_of
from sla.reports.scorecard.ladder import Rung
from tests.pages import Browser
from tests.query_counts import recorded
from tests.sla.reports.conftest import HOUR, Hand


@pytest.fixture
def scene(hand: Hand, cast: Cast, now: datetime) -> None:
    """Fourteen of a fair that cost 1,000: one won, twelve accepted, one refused; two of a webinar
    that was free; a campaign that brought nobody."""
    fair = make_campaign(actor=cast.mia, now=now, name="Fair", channel="event")
    idle = make_campaign(actor=cast.mia, now=now, name="Idle", channel="event")
    day = (now - timedelta(days=2)).date()
    add_cost(campaign_id=fair.pk, actor=cast.mia, now=now, on=day, amount=Decimal(1000))
    add_cost(campaign_id=idle.pk, actor=cast.mia, now=now, on=day, amount=Decimal(50))
    for age in range(12):
        other = of_fair(hand(60 + age, 1), fair.pk)
    win(of_fair(hand(100, 1), fair.pk), now - 70 * HOUR)
    refused = of_fair(hand(90), fair.pk)
    assert isinstance(refused.holder, User)
    reject_lead(
        lead_id=refused.pk, actor=refused.holder, now=now - 60 * HOUR, reason="duplicate",
        evidence=Evidence(lead=other.ref),
    )  # fmt: skip
    hand(40, 20, source="webinar", campaign="Webinar")
    hand(20, source="webinar")


def of_fair(lead: Lead, campaign: int) -> Lead:
    """The lead counts for the campaign, as attribution would have said."""
    Lead.objects.filter(pk=lead.pk).update(campaign_row=campaign, campaign="Fair")
    return lead


def win(lead: Lead, at: datetime) -> None:
    holder = lead.holder
    assert isinstance(holder, User)
    log_touch(lead_id=lead.pk, actor=holder, now=at, channel="call", result="talked",
              next_at=at + timedelta(days=2))  # fmt: skip
    close_on = (at + timedelta(days=20)).date()
    qualify_lead(lead_id=lead.pk, actor=holder, now=at, value=Decimal(500), close_on=close_on)
    win_lead(lead_id=lead.pk, actor=holder, now=at, value=Decimal(7000))


def card_of(cast: Cast, now: datetime, **given: str) -> Scorecard:
    return scorecard_of(read_card(given, scope_of(cast.max), now=now).exact, now=now)


@pytest.mark.django_db
def test_a_campaign_is_told_with_what_it_cost_and_brought(
    scene: None, cast: Cast, now: datetime
) -> None:
    cohort = card_of(cast, now).cohort
    fair, *rest = cohort.campaigns
    ladder = fair.ladder
    assert (fair.name, [ladder.count(rung) for rung in Rung]) == ("Fair", [14, 14, 13, 1, 1])
    assert (ladder.each(Rung.LEADS), ladder.each(Rung.WON)) == (Decimal("71.43"), Decimal(1000))
    assert ladder.times == Decimal("7.0")
    assert {one.name: (one.ladder.leads, int(one.ladder.spend)) for one in rest} == {
        "Webinar": (1, 0), "No campaign": (1, 0), "Idle": (0, 50),
    }  # fmt: skip
    for lines in (cohort.campaigns, cohort.sources):
        assert sum(line.ladder.leads for line in lines) == cohort.whole.leads == 16
        assert sum(line.ladder.cost for line in lines) == cohort.whole.cost == 1050


@pytest.mark.django_db
def test_a_filter_takes_only_its_share_of_a_campaigns_cost(
    scene: None, cast: Cast, now: datetime
) -> None:
    first = Lead.objects.filter(campaign="Fair").earliest("pk")
    Lead.objects.filter(pk=first.pk).update(source="web")
    whole = card_of(cast, now, source="web").cohort.whole
    assert (whole.leads, whole.spend) == (1, Decimal("71.43"))


@pytest.mark.django_db
def test_both_sides_are_judged_week_by_week_by_one_computation(
    scene: None, cast: Cast, now: datetime
) -> None:
    card = card_of(cast, now)
    assert len(card.weeks) == 12
    for kept in card.kept.values():
        of_weeks = sum(week.score.due for week in kept.weeks)
        of_promises = sum(one.share.n for one in kept.promises if one.kind not in ("", "ruling"))
        assert of_weeks == of_promises
    sales = {one.name: one for one in next(reversed(card.kept.values())).promises}
    assert sales["accept"].share.n >= 10
    assert sales["accept"].share.interval is not None, "fewer than thirty have a range"


def links(page: str) -> list[tuple[str, str]]:
    """Every number on a page that opens a list: its text and its address."""
    found = re.findall(r'<a class="figure" href="([^"]+)"[^>]*>([^<]+)</a>', page)
    stat = r'<a class="stat" href="([^"]+)"><span>[^<]*</span><b[^>]*>([^<]+)</b>'
    return [(text, unescape(url)) for url, text in found + re.findall(stat, page)]


@pytest.mark.django_db
def test_every_number_opens_exactly_what_it_counts(scene: None, cast: Cast, now: datetime) -> None:
    browser = Browser(cast.max, now)
    checked = 0
    for text, url in dict.fromkeys(links(browser.get("/scorecard/"))):
        listed = browser.get(url).count("<tr data-ref=")
        number = re.fullmatch(r"(?:\d+ of )?(\d+)(?: won)?", text)
        if number:
            assert listed == int(number[1]), (text, url)
            checked += 1
        elif text.endswith("%") and listed:
            part = browser.get(url.replace("part=due", "part=met")).count("<tr data-ref=")
            assert f"{100 * part / listed:.1f} %" == text, url
            checked += 1
        else:
            assert text.startswith(("€", "–")), text
    assert checked > 40


@pytest.mark.django_db
def test_the_scorecard_costs_the_recorded_number_of_queries(
    scene: None, cast: Cast, now: datetime
) -> None:
    client = Client()
    client.force_login(cast.max)
    with time_machine.travel(now, tick=False), recorded("scorecard"):
        assert client.get("/scorecard/").status_code == 200
    with time_machine.travel(now, tick=False), recorded("api scorecard"):
        assert client.get("/api/v1/reports/scorecard/").status_code == 200


@pytest.mark.django_db
def test_a_program_reads_the_same_scorecard(scene: None, cast: Cast, now: datetime) -> None:
    client = Client()
    assert client.get("/api/v1/reports/scorecard/").status_code == 401
    client.force_login(cast.max)
    with time_machine.travel(now, tick=False):
        found = client.get("/api/v1/reports/scorecard/").json()
        refused = client.get("/api/v1/reports/scorecard/?colour=red&days=800")
    card = card_of(cast, now)
    assert found["ladder"]["cost_per"]["leads"] == "65.63"
    assert found["ladder"]["leads"] == card.cohort.whole.leads
    assert [week["sales"]["due"] for week in found["weeks"]] == [
        week.score.due for week in list(card.kept.values())[1].weeks
    ]
    assert (refused.status_code, refused.json()["errors"].keys()) == (400, {"colour", "from"})


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["joint", "weeks", "marketing", "sales", "campaigns", "sources"])
def test_each_table_is_a_file(scene: None, cast: Cast, now: datetime, table: str) -> None:
    client = Client()
    client.force_login(cast.ana)
    Lead.objects.filter(campaign="Webinar").update(campaign="=1+1")
    with time_machine.travel(now, tick=False):
        answer = client.get(f"/scorecard/?table={table}")
    text = b"".join(answer).decode()
    assert len(text.splitlines()) > 3
    assert answer.headers["Content-Disposition"].endswith(f'scorecard-{table}.csv"')
    if table == "campaigns":
        assert "'=1+1" in text
        assert "Fair,1000.00,14,14,13,1,1,71.43,71.43,76.92,1000.00,1000.00,7000.00,7.0" in text


@pytest.mark.django_db
def test_the_lists_are_files_too_and_unknown_ones_are_not_there(
    scene: None, cast: Cast, now: datetime
) -> None:
    browser = Browser(cast.max, now)
    assert "Leads: 16" in browser.get("/scorecard/leads/?part=leads")
    assert "Nothing is counted here" in browser.get("/scorecard/leads/?part=won&source=webinar")
    browser.get("/scorecard/leads/?part=colour", 404)
    browser.get("/scorecard/?table=colour", 404)
    browser.get("/scorecard/?days=800", 400)


@pytest.mark.django_db
def test_who_may_not_read_figures_gets_no_scorecard(scene: None, cast: Cast, now: datetime) -> None:
    for url in ("/scorecard/", "/scorecard/leads/?part=leads"):
        Browser(cast.sam, now).get(url, 403)


@pytest.mark.django_db
def test_a_week_is_marked_in_which_a_version_came_into_force(cast: Cast, now: datetime) -> None:
    at = now - timedelta(days=10)
    AgreementVersion.objects.create(
        version=70, state="retired", retired_at=now, effective_from=at, content_hash="a" * 64
    )
    card = card_of(cast, now)
    assert "agreement v70" in [change.words for change in card.changes]
    page = Browser(cast.ana, now).get("/scorecard/")
    row = page[page.index('datetime="2026-11-09"') : page.index('datetime="2026-11-16"')]
    assert '<a class="tag" href="/agreement/v70/">agreement v70</a>' in row


@pytest.mark.django_db
def test_an_organisation_without_leads_gets_an_empty_scorecard(cast: Cast, now: datetime) -> None:
    page = Browser(cast.ana, now).get("/scorecard/")
    assert "No lead came in in this time" in page
    assert page.count('<th class="week" scope="row">') == 12
