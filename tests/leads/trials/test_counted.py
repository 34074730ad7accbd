"""Each figure of the disagreement report leads to exactly the leads that it counts."""

import re
from datetime import datetime
from html import unescape
from typing import Any

from leadbridge.demo.organisation import Cast, put_into_force
from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.definition.starter import STARTER
from leads.handoff.models import Lead
from leads.trials.counted import PAGE_URL
from tests.leads.handoff.conftest import SignedIn, at_now, signed_in
from tests.leads.trials.test_disagreement import decisions
from tests.query_counts import recorded

__all__ = ["at_now", "signed_in"]
REPORT = "/reports/disagreement/"
LINK = re.compile(rf'<a class="link" href="({re.escape(PAGE_URL)}[^"]*)"[^>]*>([\d,]+)')
ROW = re.compile(r'<tr data-ref="(L-\d+)"')


def in_force(cast: Cast, now: datetime, criteria: list[dict[str, Any]]) -> None:
    """Both heads have signed a definition that asks this."""
    text = {**STARTER, "criteria": criteria, "examples": []}
    put_into_force(DefinitionVersion, Definition.from_content(text).content(), cast, now)


def without_size() -> list[dict[str, Any]]:
    """The house's criteria but those on the number of people."""
    criteria: Any = STARTER["criteria"]
    return [one for one in criteria if one["field"] != "employees"]


def tables(page: str) -> tuple[str, str]:
    """The criteria in force, and what the definition does not ask."""
    upper, _, lower = page.partition("and the definition does not ask</h2>")
    return upper, lower.partition("Verdict and what became of it")[0]


def test_every_figure_opens_exactly_the_leads_that_it_counts(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=120, hidden=True)
    in_force(cast, now, without_size())
    browser = signed_in(cast.ana)
    links = LINK.findall(browser.get(REPORT).content.decode())
    for url, figure in links:
        page = browser.get(unescape(url)).content.decode()
        refs = ROW.findall(page)
        assert len(refs) == len(set(refs)) == int(figure), url
    asked = [url for url, _ in links]
    for part in ("criterion=", "field=employees", "outcome=rejected", "side=missed", "refused=1"):
        assert any(part in url for url in asked), part


def test_the_leads_of_a_side_are_those_that_pass_its_test(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=120, hidden=True)
    Lead.objects.filter(pk__in=Lead.objects.values("pk")[:15]).update(employees=None)
    asked = f"{PAGE_URL}?field=employees&value=50&side=missed"
    browser = signed_in(cast.ana)
    with recorded("disagreement leads"):
        page = browser.get(f"{asked}&refused=1").content.decode()
    assert "Refused by sales, where “Number of people is 50 or more” is not met." in page
    those = Lead.objects.filter(employees__lt=50, decision="reject")
    assert set(ROW.findall(page)) == {lead.ref for lead in those}
    assert those.count() < Lead.objects.filter(employees__lt=50).count()


def test_a_manager_of_one_team_reads_how_many_are_not_theirs(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=40, hidden=True)
    cast.emea.manager = cast.dora
    cast.emea.save(update_fields=["manager"])
    others = list(Lead.objects.values_list("pk", flat=True)[:7])
    Lead.objects.filter(pk__in=others).update(team=cast.americas, holder=cast.nora)
    page = signed_in(cast.dora).get(PAGE_URL).content.decode()
    assert "<h1>40 leads</h1>" in page
    assert "7 of them are not yours to see." in page
    assert len(ROW.findall(page)) == 33


def test_a_seller_reads_no_list_and_nonsense_finds_nothing(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=20, hidden=True)
    assert signed_in(cast.sam).get(PAGE_URL).status_code == 403
    for nonsense in (
        "field=password&value=1&side=met",
        "field=employees&value=NaN&side=met",
        "field=employees&value=1&side=left",
        "criterion=nobody&side=met",
        "outcome=eaten&verdict=yes",
    ):
        answer = signed_in(cast.ana).get(f"{PAGE_URL}?{nonsense}&until=soon&page=x")
        assert answer.status_code == 200
        assert "<h1>0 leads</h1>" in answer.content.decode(), nonsense


def test_a_rule_on_size_comes_first_where_the_definition_does_not_ask_for_it(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=500, hidden=True)
    in_force(cast, now, without_size())
    upper, lower = tables(signed_in(cast.ana).get(REPORT).content.decode())
    first = re.findall(r'<th scope="row">([^<]*)</th>', lower)[0]
    assert first == "Number of people is 50 or more"
    assert "Number of people is 50 or more" not in upper


def test_a_rule_on_a_field_that_the_definition_asks_for_stands_with_its_criterion(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=500, hidden=True)
    upper, lower = tables(signed_in(cast.ana).get(REPORT).content.decode())
    assert "Propose this change: Number of people is 50 or more" in upper
    assert "Number of people" not in lower
    assert "What sales seems to go by is asked by the criteria above." in lower


def test_a_criterion_that_sales_goes_by_already_is_not_to_be_proposed(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=500, hidden=True)
    [size] = [one for one in list(STARTER["criteria"]) if one["id"] == "size"]  # type: ignore[call-overload]
    in_force(cast, now, [*without_size(), {**size, "value": 50}])
    upper, lower = tables(signed_in(cast.ana).get(REPORT).content.decode())
    assert "this very test" in upper
    assert "Propose this change" not in upper + lower
