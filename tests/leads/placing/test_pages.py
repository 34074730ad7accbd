"""The rules that place leads, on screen: read by everybody, written by few, tried before use."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import submit_lead
from leads.handoff.models import Lead
from leads.routing.models import RoutingVersion, Turn
from tests.leads.handoff.scenes import captured, submitted
from tests.leads.routing.rules import publish, to_emea
from tests.pages import Browser
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Browser:
    return Browser(cast.max, now)


def drafting(browser: Browser) -> tuple[str, dict[str, str]]:
    """The address of a new draft's editor, and what it would send as it stands."""
    url = browser.post("/routing/draft/")
    return url, {**browser.form(url), "owner_first": "on"}


def words(page: str) -> str:
    """The page as one reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def turns() -> list[tuple[int, int | None, object]]:
    return list(Turn.objects.order_by("team_id").values_list("team_id", "last_id", "people"))


def test_everybody_reads_the_rules_in_force(cast: Cast, now: datetime) -> None:
    for user in (cast.mia, cast.sam, cast.olu):
        page = words(Browser(user, now).get("/routing/"))
        assert "North and South America Country is one of US, CA" in page
        assert "Everywhere else Country is known EMEA" in page
    browser = Browser(cast.max, now)
    with recorded("routing"):
        browser.get("/routing/")


def test_where_none_are_in_force_the_page_says_where_leads_wait(
    max_: Browser, cast: Cast, now: datetime
) -> None:
    RoutingVersion.objects.filter(state="published").update(state="retired", retired_at=now)
    assert "No rules are in force yet." in max_.get("/routing/")


def test_a_manager_writes_a_rule_and_a_weight_and_publishes_them(max_: Browser, cast: Cast) -> None:
    url, form = drafting(max_)
    page = max_.post(url, 200, **{**form, "do": "add rule"})
    assert 'id="r-3-name"' in page
    typed = {
        **form, "rules": "3", "r-3-name": "Very large", "r-3-to": "emea/max", "r-3-active": "on",
        "r-3-conditions": "1", "r-3-c-1-field": "employees", "r-3-c-1-operator": "at_least",
        "r-3-c-1-value": "5000", "t-1-method": "weights", "m-1-1-weight": "3", "m-1-1-day": "20",
        "note": "Large ones to Max.",
    }  # fmt: skip
    page = max_.post(url, 200, **{**typed, "do": "up rule 3"})
    assert re.search(r'id="r-2-name"[^>]*value="Very large"', page)
    shown = max_.post(url, **{**typed, "do": "save"})
    page = words(max_.get(shown))
    assert "New: Very large. Number of people is at least 5,000: Max Lind, EMEA." in page
    assert "EMEA: by weight; where nobody can, the pool keeps it, the manager answers." in page
    assert "EMEA: Sam Okafor weight 3, at most 20 a day." in page
    assert max_.post(f"{shown}publish/") == "/routing/"
    published = RoutingVersion.objects.get(state="published")
    assert (published.version, published.published_by) == (2, cast.max)
    assert published.content["teams"]["emea"]["members"]["sam"] == {"weight": 3, "per_day": 20}


def test_what_cannot_be_saved_names_its_input_and_keeps_what_was_typed(max_: Browser) -> None:
    url, form = drafting(max_)
    before = RoutingVersion.objects.get(state="draft").content
    page = max_.post(url, 422, **{**form, "m-1-2-weight": "many", "do": "save"})
    assert 'href="#m-1-2-weight"' in page
    assert "Dora Novak, weight: Expected a whole number from 0 to 100, got “many”" in words(page)
    page = max_.post(url, 422, **{**form, "r-1-c-1-operator": "is_true", "do": "save"})
    assert 'href="#r-1-c-1-' in page
    page = max_.post(url, 422, **{**form, "t-1-away": "next", "do": "save"})
    assert "only where leads go to who is at work" in page.lower()
    assert RoutingVersion.objects.get(state="draft").content == before


def test_of_two_who_edit_at_once_the_second_learns_of_it(max_: Browser, cast: Cast) -> None:
    url, form = drafting(max_)
    max_.post(url, **{**form, "note": "First.", "do": "save"})
    page = Browser(cast.olu, max_.now).post(url, 409, **{**form, "note": "Second.", "do": "save"})
    assert "Somebody else saved this draft meanwhile." in page
    assert RoutingVersion.objects.get(state="draft").note == "First."


def test_a_member_takes_only_what_their_conditions_say(max_: Browser) -> None:
    url, form = drafting(max_)
    page = max_.post(url, 200, **{**form, "do": "add condition m-1-1"})
    assert 'id="m-1-1-c-1-field"' in page
    typed = {
        **form, "m-1-1-conditions": "1", "m-1-1-c-1-field": "country",
        "m-1-1-c-1-operator": "one_of", "m-1-1-c-1-value": "DE, AT",
    }  # fmt: skip
    shown = max_.post(url, **{**typed, "do": "save"})
    assert "Sam Okafor only where country is one of DE, AT" in words(max_.get(shown))


def test_others_neither_draft_nor_publish_nor_see_a_draft(max_: Browser, cast: Cast) -> None:
    drafting(max_)
    for user in (cast.mia, cast.ana, cast.sam):
        browser = Browser(user, max_.now)
        assert "Draft a change" not in browser.get("/routing/")
        browser.get("/routing/v2/", 404)
        browser.get("/routing/v2/edit/", 403)
        browser.post("/routing/v2/publish/", 404)
        browser.post("/routing/draft/", 403)
        browser.post("/routing/v1/restore/", 403)
    assert RoutingVersion.objects.get(state="published").version == 1


def test_going_back_publishes_the_earlier_text_again(
    max_: Browser, cast: Cast, now: datetime
) -> None:
    first = RoutingVersion.objects.get().content
    publish(cast.max, now, to_emea(method="load"))
    assert "Go back to this version" in max_.get("/routing/v1/")
    max_.post("/routing/v1/restore/")
    third = RoutingVersion.objects.get(state="published")
    assert (third.version, third.content, third.published_by) == (3, first, cast.max)
    assert third.restores is not None
    assert third.restores.version == 1
    assert "Back to version 1." in max_.get("/routing/")


def test_trying_a_lead_says_who_and_why_and_moves_no_turn(
    max_: Browser, cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    before = turns()
    page = words(max_.get(f"/routing/?lead={lead.ref}&try=1"))
    assert "Now it would go to Dora Novak, EMEA ." in page
    assert "North and South America not so: country is one of US, CA" in page
    assert "Sam Okafor given 1 that day; had the last one not their turn" in page
    page = words(max_.get("/routing/?f-country=US&try=1"))
    assert "Now it would go to Nora Reyes, Americas ." in page
    assert turns() == before
    assert "There is no lead L-999999" in words(max_.get("/routing/?lead=L-999999&try=1", 422))


def test_a_seller_tries_no_lead_that_they_may_not_see(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    page = Browser(cast.nora, now).get(f"/routing/?lead={lead.ref}&try=1", 422)
    assert "Now it would go to" not in page


def test_a_draft_is_replayed_on_the_last_leads_before_it_is_published(
    max_: Browser, cast: Cast, now: datetime
) -> None:
    for number in range(6):
        lead = captured(cast, now, company=f"Firm {number}")
        submit_lead(lead_id=lead.pk, actor=cast.mia, now=now + number * HOUR)
    before = turns()
    url, form = drafting(max_)
    shown = max_.post(
        url,
        **{**form, "t-1-method": "weights", "m-1-1-weight": "1", "m-1-2-weight": "0", "do": "save"},
    )
    page = words(max_.get(f"{shown}replay/"))
    assert "6 leads that you may see" in page
    assert "3 would go to somebody else." in page
    assert "Dora Novak 3 0 Sam Okafor 3 6" in page
    assert turns() == before
    assert Lead.objects.filter(holder=cast.dora).count() == 3
    assert "Give a number from 1 to 500." in max_.get(f"{shown}replay/?leads=many", 422)
    Browser(cast.sam, now).get("/routing/v1/replay/", 403)


def test_a_replay_where_nothing_was_handed_over_says_so(max_: Browser) -> None:
    assert "No lead was handed over yet." in max_.get("/routing/v1/replay/")


def test_the_page_of_a_lead_says_why_its_holder(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    for user in (cast.sam, cast.mia):
        page = words(Browser(user, now).get(f"/leads/{lead.ref}/"))
        assert "Why Sam? rules v1 Next in turn in EMEA." in page
        assert "Everywhere else holds" in page
        assert "Dora Novak had the last one not their turn" in page
        assert "Sam Okafor gets it" in page


def test_a_lead_from_before_versions_still_says_what_was_stored(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    old = {"rule": "Rest", "because": "Next in turn in EMEA.", "passed_over": [["Dora", "away"]]}
    Lead.objects.filter(pk=lead.pk).update(routing=old)
    page = words(Browser(cast.sam, now).get(f"/leads/{lead.ref}/"))
    assert "Why it went there Next in turn in EMEA. Rule by rule Rest holds" in page
    assert "Dora away" in page
