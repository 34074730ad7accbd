"""Every table of figures as a file: what the page counts, safe to be opened in a spreadsheet."""

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from io import StringIO

import pytest

from leadbridge.demo.organisation import Cast
from leads.definition.models import DefinitionVersion
from leads.handoff.actions import reject_lead
from leads.trials.actions import ask_backtest, run_backtest
from sla.reports.whatif.actions import ask_whatif, run_whatif
from tests.sla.reports.conftest import TWENTY, Hand
from tests.sla.reports.test_pages import Browser

pytestmark = pytest.mark.django_db
HEADS = ("/sla/", "/sla/ledger/", "/sla/funnel/?by=team", "/scorecard/", "/handoffs/figures/",
         "/reports/disagreement/")  # fmt: skip


@pytest.fixture
def lived(cast: Cast, hand: Hand, now: datetime) -> None:
    """Twenty leads of a source that a spreadsheet would execute; two of them refused."""
    leads = [hand(age, answered, source="=fair()") for age, answered in TWENTY]
    for lead in leads[-2:]:
        assert lead.holder
        reject_lead(lead_id=lead.pk, actor=lead.holder, now=now, reason="no_consent")


def files_of(browser: Browser, page: str) -> dict[str, list[list[str]]]:
    """Every table that a page offers as a file, by its name in the address."""
    addresses = re.findall(r'href="(\?[^"]*table=(\w+)[^"]*)"', browser.get(page))
    path = page.partition("?")[0]
    return {
        name: list(csv.reader(StringIO(browser.get(path + unescape(url)))))
        for url, name in addresses
    }


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize("page", HEADS)
def test_a_head_takes_every_table_of_a_page_away(cast: Cast, now: datetime, page: str) -> None:
    max_ = Browser(cast.max, now)
    files = files_of(max_, page)
    assert files
    for name, rows in files.items():
        assert len({len(row) for row in rows}) == 1, name
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@"))], name
    path, _, asked = page.partition("?")
    max_.get(f"{path}?{asked}&table=nonsense", 404)


@pytest.mark.usefixtures("lived")
def test_the_files_say_what_the_pages_count(cast: Cast, now: datetime) -> None:
    max_ = Browser(cast.max, now)
    sla = files_of(max_, "/sla/?kind=accept")
    [head, *people] = sla["people"]
    assert sum(int(row[head.index("handed_over")]) for row in people) == 20
    period = dict(zip(*sla["promises"][:2], strict=True))
    assert (period["due"], period["met"]) == ("15", "8")
    assert sla["reasons"][1:] == [["no_consent", "Contact not permitted", "2"]]
    assert sla["hole"][1] == ["promise", "accept", "5", "5", "0"]
    funnel = files_of(max_, "/sla/funnel/?by=source")["funnel"]
    assert [row[:2] for row in funnel[1:]] == [["'=fair()", "20"], ["All", "20"]]
    assert {row[-1] for row in files_of(max_, "/sla/ledger/")["stages"][1:]} == {"0"}


@pytest.mark.usefixtures("lived")
def test_a_seller_takes_the_own_promises_and_no_others(cast: Cast, now: datetime) -> None:
    sam = Browser(cast.sam, now)
    assert set(files_of(sam, "/mine/")) == {"promises", "late", "disputes"}
    sam.get("/sla/?table=people", 403)
    sam.get("/sla/ledger/?table=stages", 403)


@pytest.mark.usefixtures("lived")
def test_what_was_tried_is_taken_away_once_it_is_done(cast: Cast, now: datetime) -> None:
    max_ = Browser(cast.max, now)
    replayed = ask_whatif(content={"targets": {"accept": "10h"}}, days=30, actor=cast.max, now=now)
    max_.get(f"/sla/whatif/{replayed.pk}/?table=kinds", 404)
    run_whatif(whatif_id=replayed.pk, now=now)
    kinds = files_of(max_, f"/sla/whatif/{replayed.pk}/")["kinds"]
    assert ["accept", "15", "8"] in [row[:3] for row in kinds]
    version = DefinitionVersion.objects.latest("version")
    tried = ask_backtest(document_id=version.pk, days=30, actor=cast.max, now=now)
    run_backtest(backtest_id=tried.pk, now=now + timedelta(seconds=1))
    files = files_of(max_, f"/definition/backtests/{tried.pk}/")
    assert sum(int(row[2]) for row in files["outcomes"][1:]) == 20
    assert len(files["criteria"]) > 1 and len(files["weeks"]) > 1
