"""For every figure on every page: follow its link, count the list, and find the figure."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leads.campaigns.actions import launch_campaign, make_campaign
from leads.campaigns.attribution import count_packet
from leads.campaigns.models import Campaign
from leads.campaigns.readouts import sign_readout
from leads.definition.models import DefinitionVersion
from leads.handoff.episodes import capture_lead
from leads.handoff.merging import unmerge_lead
from leads.handoff.models import Event, Lead
from leads.handoff.parties import actions_for
from leads.handoff.stages import Action
from leads.trials.actions import ask_backtest, run_backtest
from sla.clocks.sweep import sweep
from sla.reports.ledger import ledger
from sla.reports.whatif.actions import ask_whatif, run_whatif
from tests.leads.handoff.scenes import do, packet
from tests.sla.reports.test_pages import Browser

pytestmark = pytest.mark.django_db

Wrong = tuple[str, str, int, int]
"""A page, the address of a figure on it, the figure, and how long its list is."""

PEOPLE = ("mia", "ana", "sam", "dora", "max", "olu")
SOURCES = ("Fair", "Web form", "Partner & friends")
PAGES = (
    "/sla/", "/sla/?kind=accept&team=emea", "/sla/people/", "/sla/funnel/", "/sla/funnel/?by=team",
    "/sla/funnel/?by=holder", "/sla/breaches/", "/scorecard/", "/handoffs/figures/?who=all",
    "/reports/disagreement/?days=90", "/handoffs/?who=all", "/sla/workload/", "/sla/readouts/",
    "/campaigns/",
)  # fmt: skip
# Hundreds of cells of one making, of which tests of their own follow every one: some of each here.
TABLES = ("/sla/trend/?by=source", "/sla/trend/?kind=accept&by=holder", "/sla/hours/")
SOME = 10
LINK = re.compile(
    r'<a class="(?:figure|link)" href="([^"]+)"[^>]*>([^<]+)</a>'
    r'(?:\s*<span class="muted small">n ([\d,]+))?'
)
STAT = re.compile(r'<a class="stat" href="([^"]+)"><span>[^<]*</span><b[^>]*>([^<]+)</b>')
TAG = re.compile(r'<a class="tag[^"]*" href="(\?[^"]*)"[^>]*>([\d,]+) ')
LISTS = ("/sla/clocks/", "/sla/breaches/", "/scorecard/leads/", "/reports/disagreement/leads/",
         "/mine/clocks/", "/handoffs/", "/inbox/", "/sla/workload/leads/", "/sla/readouts/",
         "/campaigns/", "/sla/whatif/", "/definition/backtests/")  # fmt: skip
HEADINGS = (
    re.compile(r"<h2>([\d,]+) clocks?</h2>"),
    re.compile(r"<h1>[^<]*: ([\d,]+)</h1>"),
    re.compile(r"<h1>([\d,]+)\s+leads?</h1>"),
)


@pytest.fixture
def lived(cast: Cast, now: datetime) -> datetime:
    """A month of anything by anybody, always the same; the instant at which it ends."""
    chance, ids = random.Random(11), []  # a history, no secret
    at = now - timedelta(days=30)
    launch_fairs(cast, at)
    for number in range(24):
        sent = packet(
            email=f"p{number}@firm.example", source=chance.choice(SOURCES),
            campaign="" if number % 3 else f"Fair {number % 2}",
        )  # fmt: skip
        captured = capture_lead(
            packet=count_packet(sent), origin="form", marketer=cast.mia, actor=cast.mia, now=at
        )
        ids.append(captured.lead.pk)
    for step in range(180):
        at = min(at + timedelta(hours=chance.choice((0, 1, 3, 9))), now)
        act(chance, cast, Lead.objects.get(pk=chance.choice(ids)), at)
        if step % 40 == 0:
            sweep(now=at)
    sweep(now=now)
    return now


def launch_fairs(cast: Cast, at: datetime) -> None:
    """Two campaigns that are out, one of them read out."""
    for number in range(2):
        fair = make_campaign(actor=cast.mia, now=at, name=f"Fair {number}", channel="event")
        launch_campaign(campaign_id=fair.pk, actor=cast.mia, now=at)
    for reader in (cast.mia, cast.max):
        sign_readout(campaign_id=fair.pk, actor=reader, now=at)


def act(chance: random.Random, cast: Cast, lead: Lead, at: datetime) -> None:
    """Somebody does something that is offered on a lead; an erasure or a merge is seldom."""
    person = getattr(cast, chance.choice(PEOPLE))
    if lead.stage == "merged" and chance.random() < 0.5:
        attempt(lambda: unmerge_lead(lead_id=lead.pk, actor=cast.mia, now=at))
        return
    offered = sorted(actions_for(lead, viewer_of(person), at))
    seldom = {"erase", "merge", "disqualify", "recycle", "nurture"}
    offers = [one for one in offered if one not in seldom or chance.random() < 0.1]
    if offers:
        action = Action(chance.choice(offers))
        attempt(lambda: do(action, lead, person, at, cast))


def attempt(deed: object) -> None:
    """Do it where it is possible; what is refused leaves no trace."""
    assert callable(deed)
    try:
        deed()
    except DomainError:
        return


def figures_of(page: str, path: str) -> Iterator[tuple[str, int]]:
    """Every number that opens a list, with its address; `#won` is a list on the page itself."""
    for url, value, n in LINK.findall(page):
        number = number_of(value, n)
        if number is not None:
            yield whole_address(url, path), number
    for url, value in (*STAT.findall(page), *TAG.findall(page)):
        number = number_of(value, "")
        if number is not None:
            yield whole_address(url, path), number


def number_of(value: str, n: str) -> int | None:
    """What a figure counts: "12", "3 of 8" (all eight are listed), or the n beside a share. None
    for times and money, which count nothing."""
    told = re.fullmatch(r"(?:[\d,]+ of )?([\d,]+)(?: rejected| decisions| refused)?", value.strip())
    text = n or (told[1] if told else "")
    return int(text.replace(",", "")) if text else None


def whole_address(url: str, path: str) -> str:
    plain = unescape(url)
    return path.partition("?")[0] + plain if plain[0] in "?#" else plain


def length_of(browser: Browser, url: str) -> int:
    """How long a list is: as its heading says, or its rows page by page."""
    page = browser.get(url.partition("#")[0])
    if section := url.partition("#")[2]:
        listed = re.search(rf'<section class="card" id="{section}">.*?</section>', page, re.DOTALL)
        assert listed, url
        return listed[0].count("<li>")
    for heading in HEADINGS:
        if found := heading.search(page):
            return int(found[1].replace(",", ""))
    rows = len(re.findall(r"<tr[^>]* data-ref=", page))
    assert rows < 50, "more than one page of a list without a heading"
    return rows


def test_every_figure_opens_exactly_what_it_counts(cast: Cast, lived: datetime) -> None:
    """Max heads sales and sees every lead; a seller reads the own promises. One history for all."""
    wrong: list[Wrong] = []
    max_ = Browser(cast.max, lived)
    for path in PAGES:
        wrong += unequal(max_, path, least=2)
    for path in TABLES:
        wrong += unequal(max_, path, least=SOME, most=SOME)
    for person in (cast.sam, cast.dora):
        for path in ("/mine/", "/inbox/"):
            wrong += unequal(Browser(person, lived), path, least=1)
    for path in (*tried(cast, lived), *(f"/campaigns/{one.pk}/" for one in Campaign.objects.all())):
        wrong += unequal(max_, path, least=2)
    assert wrong == []
    a_replay_lists_what_it_counts(max_)
    the_ledger_accounts_for_it(lived)


def tried(cast: Cast, now: datetime) -> tuple[str, str]:
    """A what-if that wins breaches back and a backtest, done; their pages."""
    easier = {"targets": {"accept": "40h", "first_touch": "60h"}}
    asked = ask_whatif(content=easier, days=40, actor=cast.max, now=now)
    assert run_whatif(whatif_id=asked.pk, now=now)
    definition = DefinitionVersion.objects.get(state="active")
    test = ask_backtest(document_id=definition.pk, days=90, actor=cast.max, now=now)
    assert run_backtest(backtest_id=test.pk, now=now)
    asked.refresh_from_db()
    assert asked.result["won"]["count"]
    return f"/sla/whatif/{asked.pk}/", f"/definition/backtests/{test.pk}/"


def a_replay_lists_what_it_counts(browser: Browser) -> None:
    """What would be otherwise stands right below its number."""
    page = browser.get("/routing/v1/replay/")
    told = re.search(r"otherwise</h2><span[^>]*>(\d+)</span>.*?</section>", page, re.DOTALL)
    assert told and int(told[1]) > 0
    assert told[0].count('<th scope="row">') == int(told[1])


def unequal(browser: Browser, path: str, least: int, most: int | None = None) -> list[Wrong]:
    """Follow every figure of a page once, or so many from its beginning to its end; what does not
    hold."""
    page = browser.get(path)
    found = sorted({one for one in figures_of(page, path) if one[0].startswith(LISTS)})
    assert len(found) >= least, path
    followed = found[:: -(-len(found) // most)] if most else found
    lengths = [(path, url, number, length_of(browser, url)) for url, number in followed]
    return [one for one in lengths if one[2] != one[3]]


def the_ledger_accounts_for_it(now: datetime) -> None:
    """Merges, what took them back, undone decisions and erasures among what happened."""
    told = set(Event.objects.values_list("action", flat=True).distinct())
    assert {"merge", "undo", "erase", "reject", "accept"} <= told
    proof = ledger(now=now)
    assert proof.unaccounted == 0
    assert {line.difference for line in proof.lines} == {0}
