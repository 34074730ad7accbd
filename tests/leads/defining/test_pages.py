"""The definition on screen: read by everybody alike, drafted by few, signed by the two heads."""

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.defining.tasks import keep
from leads.defining.triggers import Figures, told_of
from leads.definition.fields import add_field
from leads.definition.models import DefinitionRemark, DefinitionVersion
from leads.handoff.episodes import Packet, capture_lead
from leads.handoff.models import Lead
from tests.pages import Browser
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, now: datetime) -> Browser:
    return Browser(cast.ana, now)


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Browser:
    return Browser(cast.max, now)


def drafting(browser: Browser) -> tuple[str, dict[str, str]]:
    """The address of a new draft's editor, and what it would send as it stands."""
    url = browser.post("/definition/draft/")
    return url, browser.form(url)


def proposed(browser: Browser, **typed: str) -> DefinitionVersion:
    """A draft with the size at 150, laid before both heads."""
    url, form = drafting(browser)
    changed = {"c-2-value": "150", "c-2-sentence": "Company has 150 people or more", **typed}
    browser.post(url, **{**form, **changed, "do": "save"})
    draft = DefinitionVersion.objects.get(state="draft")
    browser.post(f"/definition/v{draft.version}/propose/", acknowledged="yes")
    draft.refresh_from_db()
    return draft


def capture(cast: Cast, at: datetime, email: str, employees: int | None = 50) -> Lead:
    packet = Packet(
        source="web form", email=email, company="Acme", employees=employees, request="demo"
    )
    return capture_lead(packet=packet, origin="api", marketer=cast.mia, actor=None, now=at).lead


def test_everybody_reads_the_same_text(cast: Cast, now: datetime) -> None:
    pages = [
        unescape(Browser(user, now).get("/definition/")) for user in (cast.mia, cast.sam, cast.olu)
    ]
    papers = [
        page[page.index("The criteria") : page.index("Signed by both sides")] for page in pages
    ]
    assert papers[0] == papers[1] == papers[2]
    for words in (
        "Company has 20 people or more",
        "number of people is at least 20 · not known: is asked of a person",
        "enough alone",
        "halves every 30 days",
        "A lead qualifies where every gate holds, no barrier is found, and a fast-track holds,",
        "or fit reaches 30 and interest reaches 15 points.",
        "interest 30 and more",
    ):
        assert words in papers[0], words
    assert "v1 in force since" in pages[0]
    assert "Marketing: signed by Ana Costa" in pages[0]
    assert "0 of 0, too few to say" in pages[0]
    assert "Propose a change" not in pages[0] + pages[1]
    assert "Propose a change" in pages[2]


def test_who_is_not_signed_in_is_asked_to(client: Client, cast: Cast) -> None:
    for url in ("/definition/", "/settings/fields/"):
        assert client.get(url).status_code == 302
    assert client.post("/definition/draft/").status_code == 302
    assert DefinitionVersion.objects.count() == 1


def test_the_pages_cost_what_they_cost(max_: Browser, ana: Browser) -> None:
    proposed(ana)
    with recorded("definition"):
        max_.get("/definition/")
    with recorded("definition proposed"):
        max_.get("/definition/v2/")


def test_before_the_first_definition_the_page_says_what_to_do(cast: Cast, now: datetime) -> None:
    DefinitionVersion.objects.update(state="retired", retired_at=now)
    assert "Draft the first one" in Browser(cast.olu, now).get("/definition/")
    page = Browser(cast.sam, now).get("/definition/")
    assert "No definition is in force yet." in page
    assert "Draft the first one" not in page
    url = Browser(cast.olu, now).post("/definition/draft/")
    assert "Company has 20 people or more" in Browser(cast.olu, now).get(url)


def test_what_the_editor_shows_comes_back_as_it_was(ana: Browser) -> None:
    url, form = drafting(ana)
    ana.post(url, **{**form, "do": "save"})
    active = DefinitionVersion.objects.get(state="active")
    assert DefinitionVersion.objects.get(state="draft").content == active.content


def test_two_heads_bring_a_change_into_force_and_earlier_leads_keep_their_version(
    cast: Cast, now: datetime, ana: Browser, max_: Browser
) -> None:
    before = capture(cast, now - timedelta(seconds=1), "early@acme.example")
    version = proposed(ana)
    page = unescape(max_.get(f"/definition/v{version.version}/"))
    assert "number of people is at least 150, instead of number of people is at least 20" in page
    assert "was: number of people is at least 20" in page
    ana.post(f"/definition/v{version.version}/sign/", content_hash=version.content_hash)
    assert DefinitionVersion.objects.get(state="active").version == 1
    max_.post(f"/definition/v{version.version}/sign/", content_hash=version.content_hash)
    assert DefinitionVersion.objects.get(state="active").version == 2
    after = capture(cast, now, "late@acme.example")
    before.refresh_from_db()
    assert (before.verdict, before.definition.version) == ("yes", 1)  # type: ignore[union-attr]
    assert (after.verdict, after.definition.version) == ("no", 2)  # type: ignore[union-attr]
    assert "v2 in force since" in Browser(cast.sam, now).get("/definition/")


def test_one_head_does_not_sign_for_both(ana: Browser, cast: Cast, now: datetime) -> None:
    version = proposed(ana)
    url = f"/definition/v{version.version}/sign/"
    ana.post(url, content_hash=version.content_hash)
    ana.post(url, 409, content_hash=version.content_hash)
    Browser(cast.mia, now).post(url, 403, content_hash=version.content_hash)
    Browser(cast.max, now).post(url, 409, content_hash="0" * 64)
    version.refresh_from_db()
    assert (version.state, version.sales_signed_by) == ("proposed", None)


def test_an_agreed_day_is_kept_by_the_worker(
    ana: Browser, max_: Browser, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, form = drafting(ana)
    ana.post(url, **{**form, "c-2-value": "150", "do": "save"})
    ana.post("/definition/v2/propose/", acknowledged="yes", effective_from="2026-11-25")
    version = DefinitionVersion.objects.get(version=2)
    for browser in (ana, max_):
        browser.post("/definition/v2/sign/", content_hash=version.content_hash)
    for hours, state in ((1, "signed"), (48, "active")):
        monkeypatch.setattr("leads.defining.tasks.now", lambda h=hours: now + timedelta(hours=h))
        keep()
        version.refresh_from_db()
        assert version.state == state


def test_anybody_comments_on_a_proposal_and_it_is_kept(
    cast: Cast, now: datetime, ana: Browser
) -> None:
    version = proposed(ana)
    here = f"/definition/v{version.version}/"
    Browser(cast.sam, now).post(f"{here}remark/", text="150 is <too> many\nfor us")
    page = Browser(cast.mia, now).get(here)
    assert "150 is &lt;too&gt; many<br>for us" in page
    assert "Sam Okafor" in page
    Browser(cast.sam, now).post(f"{here}remark/", 400, text="  ")
    Browser(cast.sam, now).post("/definition/v1/remark/", 409, text="too late")
    assert DefinitionRemark.objects.count() == 1
    ana.post(f"{here}withdraw/")
    Browser(cast.sam, now).post(f"{here}remark/", 404, text="to a draft that is none for me")
    assert "150 is" in ana.get(here)


def test_rows_are_added_moved_worded_and_removed_without_script(ana: Browser) -> None:
    url, form = drafting(ana)
    page = ana.post(url, 200, **{**form, "c-1-sentence": "Half typed", "do": "add criterion"})
    assert "Criterion 11" in page
    assert 'value="Half typed"' in page
    page = ana.post(url, 200, **{**form, "do": "down criterion 1"})
    assert 'name="c-2-id" value="reachable"' in page
    page = ana.post(url, 200, **{**form, "do": "up criterion 2"})
    assert 'name="c-1-id" value="size"' in page
    page = ana.post(url, 200, **{**form, "do": "remove criterion 2"})
    assert 'value="size"' not in page
    page = ana.post(url, 200, **{**form, "do": "word criterion 2"})
    assert 'value="Number of people is at least 20"' in page
    page = ana.post(url, 200, **{**form, "g-fit": "50, 30, 10", "do": "grid"})
    assert 'id="g-4-3"' in page
    assert DefinitionVersion.objects.get(state="draft").content == (
        DefinitionVersion.objects.get(state="active").content
    )


def test_a_new_criterion_gets_its_sentence_from_its_rule(
    cast: Cast, now: datetime, ana: Browser
) -> None:
    add_field(actor=cast.olu, now=now, key="budget", label="Budget", type="number")
    lead = capture(cast, now, "won@acme.example")
    url, form = drafting(ana)
    new = {
        "criteria": "11", "c-11-kind": "fit", "c-11-field": "attributes.budget",
        "c-11-operator": "between", "c-11-value": "10, 200.5", "c-11-unknown": "neutral",
        "c-11-weight": "+10", "examples": "1", "x-1-lead": lead.ref.lower(), "x-1-meets": "yes",
        "x-1-because": "Wants to buy this year", "review_on": "2027-02-01",
    }  # fmt: skip
    ana.post(url, **{**form, **new, "do": "save"})
    draft = DefinitionVersion.objects.get(state="draft")
    assert draft.content["criteria"][-1] == {
        "id": "budget", "kind": "fit", "sentence": "Budget is between 10 and 200.5",
        "field": "attributes.budget", "operator": "between", "value": [10, 200.5],
        "unknown": "neutral", "weight": 10,
    }  # fmt: skip
    page = ana.get(f"/definition/v{draft.version}/")
    assert f'href="/leads/{lead.ref}/"' in page
    assert "Both look at it again on 1 February 2027." in page


def test_a_head_joins_conditions_in_one_criterion_and_says_what_both_expect(ana: Browser) -> None:
    url, form = drafting(ana)
    typed = {
        "c-4-also2-field": "employees", "c-4-also2-operator": "at_least", "c-4-also2-value": "50",
        "c-4-also1-field": "free_email", "c-4-also1-operator": "is_false",
        "expected-accepted": "85", "expected-opportunity": "30",
    }  # fmt: skip
    ana.post(url, **{**form, **typed, "do": "save"})
    draft = DefinitionVersion.objects.get(state="draft")
    assert draft.content["criteria"][3]["also"] == [
        {"field": "free_email", "operator": "is_false"},
        {"field": "employees", "operator": "at_least", "value": 50},
    ]
    page = unescape(ana.get(f"/definition/v{draft.version}/"))
    for words in (
        "is one of demo, price, contact and kind of e-mail address is no and number of people is",
        "sales to accept 85\u00a0%, and 30\u00a0% of the accepted to become opportunities",
    ):
        assert page.count(words) == 2, "in the text and in what it changes"
    again = ana.form(url)
    assert {name: again[name] for name in typed} == typed


@pytest.mark.parametrize(
    ("typed", "wrong", "cure"),
    [
        (
            {"c-4-also2-field": "employees", "c-4-also2-operator": "at_least"},
            "c-4-also2-value",
            "expected a number or a day",
        ),
        ({"c-4-also1-value": "5"}, "c-4-also1-field", "expected"),
        (
            {"c-4-also1-field": "attributes.gone", "c-4-also1-operator": "known"},
            "c-4-also1-field",
            "there is no such field",
        ),
        ({"expected-accepted": "130"}, "expected-accepted", "1 to 100"),
        ({"c-2-value": ""}, "c-2-value", "expected a number or a day"),
        ({"c-2-unknown": ""}, "c-2-unknown", "expected one of fail, pass, neutral, ask"),
        ({"c-2-operator": "has_word"}, "c-2-operator", "does not suit number of people"),
        ({"c-2-field": "attributes.gone"}, "c-2-field", "there is no such field"),
        ({"c-5-weight": "0"}, "c-5-weight", "a weight of 0 changes nothing"),
        ({"fit": "61"}, "fit", "61 cannot be reached, all fit criteria together give 60"),
        ({"g-fit": "30, 50"}, "g-fit", "falling numbers"),
        ({"g-1-3": "1"}, "g-1-3", "cannot give an earlier tier"),
        (
            {"examples": "1", "x-1-lead": "L-99999", "x-1-meets": "no", "x-1-because": "So"},
            "x-1-lead",
            "there is no lead L-99999",
        ),
        ({"review_on": "soon"}, "review_on", "expected a day"),
        ({"c-6-value": "20", "c-6-kind": "gate", "c-6-weight": ""}, "c-6-field", "what size tests"),
        ({"c-3-value": "(a+)+$" + "," * 90 + "b" * 101}, "c-3-value", "at most 100 characters"),
    ],
)
def test_what_cannot_stand_is_refused_with_its_cure_and_nothing_typed_is_lost(
    ana: Browser, typed: dict[str, str], wrong: str, cure: str
) -> None:
    url, form = drafting(ana)
    before = DefinitionVersion.objects.get(state="draft").content
    sent = {**form, "note": "My reasons", **typed, "do": "save"}
    page = unescape(ana.post(url, 422, **sent))
    assert f'href="#{wrong}"' in page
    assert f'id="{wrong}"' in page
    assert cure.lower() in page.lower()
    assert "My reasons" in page
    again = form_of(page)
    assert {name: again.get(name) for name in typed} == typed
    assert DefinitionVersion.objects.get(state="draft").content == before


def form_of(page: str) -> dict[str, str]:
    """The inputs of a page that was answered to a refusal."""

    class Once(Browser):
        def __init__(self) -> None: ...

        def get(self, url: str, status: int = 200) -> str:
            return page

    return Once().form("")


def test_of_two_who_edit_at_once_the_second_learns_of_it(ana: Browser, max_: Browser) -> None:
    url, form = drafting(ana)
    theirs = max_.form(url)
    ana.post(url, **{**form, "c-2-value": "150", "do": "save"})
    page = max_.post(url, 409, **{**theirs, "c-2-value": "300", "do": "save"})
    assert "Somebody saved this draft meanwhile" in page
    assert 'value="300"' in page
    assert DefinitionVersion.objects.get(state="draft").content["criteria"][1]["value"] == 150


def test_who_may_not_draft_gets_neither_the_editor_nor_the_draft(
    cast: Cast, now: datetime, ana: Browser
) -> None:
    url, _ = drafting(ana)
    seller = Browser(cast.sam, now)
    seller.get(url, 404)
    seller.get("/definition/v2/", 404)
    seller.get("/definition/v1/edit/", 403)
    seller.post("/definition/draft/", 403)
    assert DefinitionVersion.objects.count() == 2


def test_an_administrator_adds_a_field_and_retires_it_only_while_no_criterion_needs_it(
    cast: Cast, now: datetime, ana: Browser, max_: Browser
) -> None:
    olu = Browser(cast.olu, now)
    added: dict[str, Any] = {"label": "Plant", "key": "plant", "type": "choice", "do": "add"}
    page = unescape(olu.post("/settings/fields/", 422, choices="Own", **added))
    assert "Give 2 to 50 choices." in page
    assert 'value="Plant"' in page
    olu.post("/settings/fields/", choices="Own\nRented", **added)
    Browser(cast.ana, now).post("/settings/fields/", 403, choices="", **{**added, "key": "other"})
    assert "Add a field" not in ana.get("/settings/fields/")
    criterion = {
        "criteria": "11", "c-11-kind": "gate", "c-11-field": "attributes.plant",
        "c-11-operator": "one_of", "c-11-value": "own", "c-11-unknown": "pass",
    }  # fmt: skip
    version = proposed(ana, **criterion)
    page = unescape(olu.post("/settings/fields/", 409, do="retire plant"))
    assert "“Plant is one of own” of the definition v2 needs it." in page
    ana.post(f"/definition/v{version.version}/withdraw/")
    olu.post("/settings/fields/", do="retire plant")
    assert "retired" in olu.get("/settings/fields/")
    page = unescape(ana.post(f"/definition/v{version.version}/propose/", 400, acknowledged="yes"))
    assert "there is no such field" in page


@pytest.mark.parametrize(("expected", "fires"), [(30, True), (55, False)])
def test_what_both_expect_is_held_beside_what_came(
    cast: Cast, now: datetime, expected: int, fires: bool
) -> None:
    version = DefinitionVersion.objects.get(state="active")
    content = {**version.content, "expected": {"opportunity": expected}}
    changed = DefinitionVersion(state="active", content=content, version=version.version)
    seen = Figures(60, 0, 40, 0, 40, 0, became=20, settled=40, criteria={})
    told = {one.name: one for one in told_of(changed, None, seen, now)}
    became = told["Accepted ones that became opportunities"]
    assert (became.figure, became.fires) == ("50.0 % of 40", fires)
    assert became.limit == f"10 points off the {expected} % that both expect"
