"""The SLA page and its lists, as those who may read figures meet them."""

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from io import StringIO

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.actions import accept_lead, reject_lead
from leads.handoff.models import Custody, Lead
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep
from tests.query_counts import recorded
from tests.sla.reports.conftest import HOUR, TWENTY, Hand

pytestmark = pytest.mark.django_db


class Browser:
    """Somebody's browser at the instant of the test."""

    def __init__(self, user: User, now: datetime) -> None:
        self.client, self.now = Client(), now
        self.client.force_login(user)

    def get(self, url: str, status: int = 200, live: bool = False) -> str:
        headers = {"X-Live": "1"} if live else {}
        with time_machine.travel(self.now, tick=False):
            answer = self.client.get(unescape(url), headers=headers)
            assert answer.status_code == status, answer.status_code
            body = b"".join(answer) if answer.streaming else answer.content
        return body.decode("utf-8-sig")


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Browser:
    return Browser(cast.max, now)


@pytest.fixture
def twenty(hand: Hand) -> list[Lead]:
    return [hand(age, answered) for age, answered in TWENTY]


def stats(page: str) -> dict[str, tuple[str, str, str]]:
    """The figures on top: label to value, note and address."""
    found = re.findall(
        r'<a class="stat" href="([^"]+)"><span>([^<]+)</span><b[^>]*>([^<]+)</b><em>([^<]*)</em>',
        page,
    )
    return {label: (value, note, url) for url, label, value, note in found}


def whole(page: str) -> int:
    found = re.search(r"<h2>([\d,]+) clock", page)
    assert found
    return int(found[1].replace(",", ""))


def test_the_head_of_sales_reads_the_five_figures(
    max_: Browser, twenty: list[Lead], now: datetime
) -> None:
    seen = stats(max_.get("/sla/?kind=accept"))
    assert seen["Within SLA"][:2] == ("53.3 %", "30 to 75 · goal 85 · n 15")
    assert seen["Median time to accept"][:2] == ("9 h 00", "p90 not reached, working time")
    assert seen["Overdue now"][:2] == ("5", "oldest 1 d 8 h late")
    assert seen["Due in the next hour"][:2] == ("0", "nothing presses")
    assert seen["Unaccounted for"][:2] == ("0", "10 + 0 + 10 = 20")


def test_every_figure_opens_exactly_what_it_counts(
    max_: Browser, twenty: list[Lead], now: datetime
) -> None:
    assert twenty[-1].holder
    reject_lead(lead_id=twenty[-1].pk, actor=twenty[-1].holder, now=now, reason="no_consent")
    page = max_.get("/sla/")
    seen = stats(page)
    # Of accept, first touch and triage fifteen each; five are younger than their target.
    lengths = {"Within SLA": 45, "Overdue now": 5 + 15, "Due in the next hour": 0}
    for label, number in lengths.items():
        assert whole(max_.get(seen[label][2])) == number
    figures = re.findall(r'<a class="figure" href="([^"]+)">([\d,]+)</a>', page)
    assert len(figures) > 6
    for url, number in figures:
        assert whole(max_.get(url)) == int(number.replace(",", "")), unescape(url)
    assert "Contact not permitted" in page


def test_the_overdue_table_names_who_answers_and_links_to_reassigning(
    cast: Cast, max_: Browser, hand: Hand, now: datetime
) -> None:
    lead = hand(30)
    page = max_.get("/sla/?kind=accept")
    assert f'href="/leads/{lead.ref}/reassign/"' in page
    assert str(lead.holder) in page
    assert "found, about to be told" in page
    Clock.objects.filter(lead=lead, kind="accept").update(
        next_at=now - HOUR, steps=["tell"], step_times=[now - HOUR]
    )
    sweep(now=now)
    assert "Max Lind told" in max_.get("/sla/?kind=accept")
    assert "/reassign/" not in Browser(cast.mia, now).get("/sla/?kind=accept")
    pool = hand(40, country="")
    assert pool.holder is None
    assert "EMEA pool, Max Lind answers" in max_.get("/sla/?kind=accept")


def test_an_organisation_without_leads_gets_words_not_zeros(max_: Browser) -> None:
    page = max_.get("/sla/")
    assert "Nothing is overdue." in page
    assert "Sales rejected nothing in this time." in page
    assert "No clock fell due in this time." in page
    assert stats(page)["Within SLA"][:2] == ("–", "Nothing fell due")
    assert "No such clock." in max_.get("/sla/clocks/")
    assert "No such clock." in max_.get("/sla/breaches/")


def test_few_promises_are_counted_and_not_made_a_share(max_: Browser, hand: Hand) -> None:
    hand(20, 2)
    hand(20)
    assert stats(max_.get("/sla/?kind=accept"))["Within SLA"][:2] == (
        "1 of 2",
        "n 2, too few for a share",
    )


def test_a_change_against_the_period_before_is_shown(
    max_: Browser, hand: Hand, now: datetime
) -> None:
    for _ in range(30):
        hand(24, 1)
    for number in range(10):
        hand(9 * 24, 1 if number < 5 else 20)
    seen = stats(max_.get("/sla/?kind=accept&days=7"))
    assert seen["Within SLA"][:2] == ("100.0 %", "▲ 50.0 · goal 85 · n 30")


def test_a_screen_is_drawn_anew_only_when_something_changed(
    max_: Browser, hand: Hand, now: datetime
) -> None:
    lead = hand(20)
    page = max_.get("/sla/")
    found = re.search(r'data-live-url="([^"]+)"', page)
    assert found
    assert max_.get(found[1], status=204, live=True) == ""
    max_.now += timedelta(seconds=20)
    assert max_.get(found[1], status=204, live=True) == ""
    assert lead.holder
    accept_lead(lead_id=lead.pk, actor=lead.holder, now=max_.now)
    drawn = max_.get(found[1], live=True)
    assert "data-live" in drawn
    assert "<html" not in drawn
    listed = max_.get("/sla/clocks/?part=overdue")
    again = re.search(r'data-live-url="([^"]+)"', listed)
    assert again
    assert max_.get(again[1], status=204, live=True) == ""


def test_a_manager_of_one_team_sees_that_team_alone(cast: Cast, hand: Hand, now: datetime) -> None:
    ours, theirs = hand(30, country="US"), hand(30, country="DE")
    lena = Browser(cast.lena, now)
    page = lena.get("/sla/?kind=accept")
    assert "My teams" in page
    assert ours.ref in page and theirs.ref not in page
    assert whole(lena.get("/sla/clocks/?part=overdue&kind=accept")) == 1
    assert "There is no such team" in lena.get("/sla/?team=emea", status=400)


@pytest.mark.parametrize("path", ["/sla/", "/sla/clocks/", "/sla/breaches/", "/sla/ledger/"])
def test_a_seller_is_refused_in_words_and_a_stranger_signs_in(
    cast: Cast, client: Client, now: datetime, path: str
) -> None:
    page = Browser(cast.sam, now).get(path, status=403)
    assert "The figures are for managers" in page
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("who", ["mia", "ana", "olu", "max", "lena"])
def test_who_may_read_figures_reads_all_four_pages(cast: Cast, now: datetime, who: str) -> None:
    browser = Browser(getattr(cast, who), now)
    for path in ("/sla/", "/sla/clocks/", "/sla/breaches/", "/sla/ledger/"):
        assert "<h1>" in browser.get(path)


def test_bad_addresses_are_refused_with_a_cure(max_: Browser) -> None:
    assert "Give a day" in max_.get("/sla/?from=soon", status=400)
    assert "Choose one of: triage" in max_.get("/sla/clocks/?kind=lunch", status=400)
    max_.get("/sla/clocks/?part=nonsense", status=404)
    max_.get("/sla/clocks/?part=due&page=99999")
    max_.get("/sla/clocks/?source=%00", status=400)


def test_a_list_is_paged_and_its_export_is_whole(max_: Browser, hand: Hand, now: datetime) -> None:
    for number in range(56):
        hand(20, company="=HYPERLINK(1)" if number == 0 else "Firm")
    first = max_.get("/sla/breaches/?kind=accept")
    assert "1 to 50 of 56" in first
    second = max_.get("/sla/breaches/?kind=accept&page=2")
    assert "51 to 56 of 56" in second
    refs = [*re.findall(r'data-ref="(L-\d+)"', first), *re.findall(r'data-ref="(L-\d+)"', second)]
    assert len(set(refs)) == 56
    rows = list(csv.DictReader(StringIO(max_.get("/sla/breaches/?kind=accept&format=csv"))))
    assert {row["lead"] for row in rows} == set(refs)
    assert {row["name"] for row in rows} == {"Firm", "'=HYPERLINK(1)"}
    assert {row["state"] for row in rows} == {"overdue"}


def test_a_lead_that_falls_through_is_on_the_page_and_in_the_ledger(
    max_: Browser, hand: Hand, now: datetime
) -> None:
    lead = hand(2)
    assert stats(max_.get("/sla/"))["Unaccounted for"][0] == "0"
    Custody.objects.filter(lead=lead, until=None).update(until=now)
    value, _, url = stats(max_.get("/sla/"))["Unaccounted for"]
    assert (value, url) == ("1", "/sla/ledger/")
    assert f'href="/leads/{lead.ref}/"' in max_.get(url)


def test_the_pages_cost_what_they_cost(max_: Browser, twenty: list[Lead]) -> None:
    for name, url in (
        ("sla", "/sla/"),
        ("sla clocks", "/sla/clocks/"),
        ("sla breaches", "/sla/breaches/"),
    ):
        max_.get(url)
        with recorded(name):
            max_.get(url)
