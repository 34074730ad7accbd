"""The agreement on screen: read by everybody alike, drafted by few, signed by the two heads."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from sla.agreement.models import AgreementConfirmation, AgreementVersion
from tests.pages import Browser
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, now: datetime) -> Browser:
    return Browser(cast.ana, now)


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Browser:
    return Browser(cast.max, now)


def drafted(browser: Browser, **typed: str) -> AgreementVersion:
    """A draft with some inputs typed over, saved."""
    url = browser.post("/agreement/draft/")
    form = browser.form(url)
    browser.post(url, **{**form, "do": "save", **typed})
    return AgreementVersion.objects.get(state="draft")


def proposed(browser: Browser, **typed: str) -> AgreementVersion:
    draft = drafted(browser, **{"t-accept-1-amount": "30m", **typed})
    browser.post(f"/agreement/v{draft.version}/propose/")
    draft.refresh_from_db()
    return draft


def test_both_sides_and_everybody_read_the_same_text(cast: Cast, now: datetime) -> None:
    pages = [Browser(user, now).get("/agreement/") for user in (cast.mia, cast.sam, cast.olu)]
    papers = [
        re.sub(r"<form.*?</form>", "", page[page.index("What sales owes") :], flags=re.DOTALL)
        for page in pages
    ]
    text = papers[0].split("toast")[0]
    assert all(paper.split("toast")[0] == text for paper in papers)
    for words in (
        "4 working hours",
        "Sales accepts or rejects a lead that was handed over",
        "1, 2, 4, 6, 10 business days",
        "offers the lead to the pool at twice the target",
        "Prospect asked to be contacted on a date",
        "At least 85 % of the leads handed over are accepted.",
        "A lead that sales touched late does not count against marketing’s conversion.",
        "Marketing: signed by Ana Costa",
        "Sales: signed by Max Lind",
    ):
        assert words in text
    assert "v1 in force since" in pages[0]
    assert "Propose a change" not in pages[0] + pages[1]
    assert "Propose a change" in pages[2]
    assert "Confirm it unchanged" not in pages[2]


def test_the_page_costs_what_it_costs(max_: Browser, ana: Browser) -> None:
    proposed(ana)
    with recorded("agreement"):
        max_.get("/agreement/")
    with recorded("agreement proposed"):
        max_.get("/agreement/v2/")


def test_who_is_not_signed_in_is_asked_to(client: Client, cast: Cast) -> None:
    assert client.get("/agreement/").status_code == 302
    assert client.post("/agreement/draft/").status_code == 302
    assert AgreementVersion.objects.count() == 1


def test_before_the_first_agreement_the_page_says_what_to_do(cast: Cast, now: datetime) -> None:
    AgreementVersion.objects.update(state="retired", retired_at=now)
    assert "Draft the first one" in Browser(cast.olu, now).get("/agreement/")
    page = Browser(cast.sam, now).get("/agreement/")
    assert "No agreement is in force yet." in page
    assert "Draft the first one" not in page


def test_a_form_sent_back_as_it_stands_changes_nothing(ana: Browser) -> None:
    draft = drafted(ana)
    assert draft.content == AgreementVersion.objects.get(state="active").content
    assert "It says what v1 says" in ana.get("/agreement/v2/")


def test_a_change_is_drafted_proposed_and_signed_by_both(
    ana: Browser, max_: Browser, cast: Cast
) -> None:
    document = proposed(ana, note="Faster <now>")
    page = max_.get("/agreement/v2/")
    assert "Accept, tier 1: 30 working minutes instead of 1 working hour" in page
    assert "Faster &lt;now&gt;" in page
    assert "Sales: waiting for Max Lind" in page
    assert "Sign for sales" in page
    mia = Browser(cast.mia, ana.now).get("/agreement/v2/")
    assert "30 working minutes instead of" in mia
    assert "Sign for" not in mia and "Take back" not in mia
    for browser in (ana, max_):
        browser.post("/agreement/v2/sign/", content_hash=document.content_hash)
    page = max_.get("/agreement/")
    assert "v2 in force since 23 Nov 2026" in page
    assert "30 working minutes" in page
    assert "What v2 changed" in page
    assert AgreementVersion.objects.get(version=1).state == "retired"
    assert "in force 19 Oct 2025 to 23 Nov 2026" in max_.get("/agreement/v1/")


def test_a_version_signed_for_a_day_waits_for_it(ana: Browser, max_: Browser) -> None:
    drafted(ana, hops="5")
    page = ana.post("/agreement/v2/propose/", 400, effective_from="2026-11-23")
    assert "Choose an instant ahead" in page and 'value="2026-11-23"' in page
    assert "Write a day as" in ana.post("/agreement/v2/propose/", 400, effective_from="soon")
    ana.post("/agreement/v2/propose/", effective_from="2026-12-01")
    document = AgreementVersion.objects.get(version=2)
    assert document.effective_from == datetime.fromisoformat("2026-12-01T00:00:00+01:00")
    for browser in (ana, max_):
        browser.post("/agreement/v2/sign/", content_hash=document.content_hash)
    assert "v2 signed, in force from 1 Dec 2026" in max_.get("/agreement/v2/")
    assert "v1 in force since" in max_.get("/agreement/")


def test_refused_input_stays_as_typed_and_is_named(ana: Browser) -> None:
    url = ana.post("/agreement/draft/")
    form = ana.form(url)
    typed = {**form, "do": "save", "t-accept-2-amount": "4 days", "note": "Kept <all>", "hops": "3"}
    page = ana.post(url, 422, **typed)
    assert "Accept, tier 2: time: “4 days” is no amount of time" in unescape(page)
    assert '<a class="link" href="#t-accept-2-amount">' in page
    assert re.search(r'id="t-accept-2-amount"[^>]*value="4 days"[^>]*aria-invalid="true"', page)
    assert "Kept &lt;all&gt;</textarea>" in page
    assert re.search(r'name="hops" value="3"', page)
    assert AgreementVersion.objects.get(version=2).content["hops"] == 2


def test_rows_come_and_go_without_saving(ana: Browser) -> None:
    url = ana.post("/agreement/draft/")
    page = ana.post(url, 200, **{**ana.form(url), "do": "add exception", "hops": "typed"})
    assert 'name="e-1-team"' in page and 'value="typed"' in page
    page = ana.post(url, 200, **{**ana.form(url), "do": "remove pause 2"})
    assert "awaiting_marketing" not in page
    content: Any = AgreementVersion.objects.get(version=2).content
    assert content == AgreementVersion.objects.get(version=1).content


def test_a_form_with_very_many_rows_is_still_taken(ana: Browser) -> None:
    draft = drafted(ana)
    content: Any = draft.content
    many = [{"kind": "accept", "source": f"fair {n}", "amount": "2h"} for n in range(286)]
    content["exceptions"] = [one for one in content["exceptions"] if one["kind"] != "accept"] + many
    AgreementVersion.objects.filter(pk=draft.pk).update(content=content)
    url = "/agreement/v2/edit/"
    ana.post(url, **{**ana.form(url), "do": "save"})
    kept: Any = AgreementVersion.objects.get(pk=draft.pk).content
    assert len(kept["exceptions"]) == len(content["exceptions"]) > 290


def test_two_who_edit_at_once_are_told(ana: Browser, max_: Browser) -> None:
    url = ana.post("/agreement/draft/")
    mine, theirs = ana.form(url), max_.form(url)
    max_.post(url, **{**theirs, "do": "save", "hops": "4"})
    page = ana.post(url, 409, **{**mine, "do": "save", "hops": "7"})
    assert "Somebody saved this draft meanwhile" in page and 'name="hops" value="7"' in page
    assert AgreementVersion.objects.get(version=2).content["hops"] == 4


def test_a_draft_is_hidden_from_who_does_not_draft(ana: Browser, cast: Cast, now: datetime) -> None:
    drafted(ana, hops="5")
    for user in (cast.mia, cast.sam, cast.nora):
        browser = Browser(user, now)
        assert "Version 2" not in browser.get("/agreement/")
        browser.get("/agreement/v2/", 404)
        browser.get("/agreement/v2/edit/", 404)
        browser.post("/agreement/v2/discard/", 404)
        browser.post("/agreement/draft/", 403)
    assert AgreementVersion.objects.filter(version=2, state="draft").exists()
    Browser(cast.olu, now).post("/agreement/v2/discard/")
    assert not AgreementVersion.objects.filter(version=2).exists()


def test_who_heads_no_side_can_press_nothing(ana: Browser, cast: Cast, now: datetime) -> None:
    document = proposed(ana)
    sam = Browser(cast.sam, now)
    sam.post("/agreement/v2/sign/", 403, content_hash=document.content_hash)
    sam.post("/agreement/v2/withdraw/", 403)
    sam.post("/agreement/v2/retire/", 403)
    sam.get("/agreement/v2/edit/", 403)
    active = AgreementVersion.objects.get(version=1)
    sam.post("/agreement/v1/confirm/", 403, content_hash=active.content_hash)
    document.refresh_from_db()
    assert (document.state, document.sales_signed_by) == ("proposed", None)
    assert not AgreementConfirmation.objects.exists()


def test_a_text_that_changed_meanwhile_is_not_signed(ana: Browser, max_: Browser) -> None:
    document = proposed(ana)
    read = document.content_hash
    max_.post("/agreement/v2/withdraw/")
    url = "/agreement/v2/edit/"
    max_.post(url, **{**max_.form(url), "do": "save", "hops": "9"})
    max_.post("/agreement/v2/propose/")
    page = ana.post("/agreement/v2/sign/", 409, content_hash=read)
    assert "This is not what you have read" in page
    document.refresh_from_db()
    assert document.marketing_signed_by is None


def test_a_proposal_no_head_could_sign_is_refused_on_its_page(ana: Browser, cast: Cast) -> None:
    drafted(ana, hops="5")
    User.objects.filter(pk=cast.max.pk).update(is_active=False)
    page = ana.post("/agreement/v2/propose/", 409)
    assert "Nobody is head of sales" in page
    assert AgreementVersion.objects.get(version=2).state == "draft"


def test_both_heads_confirm_it_unchanged(ana: Browser, max_: Browser) -> None:
    active = AgreementVersion.objects.get(state="active")
    read = active.content_hash
    page = max_.post("/agreement/v1/confirm/", 400, content_hash=read, review_on="2020-01-01")
    assert "Choose a day ahead" in page
    max_.post("/agreement/v1/confirm/", content_hash=read, review_on="2027-03-01")
    page = ana.get("/agreement/")
    assert "Confirmed unchanged, half of it" in page and "Next review 1 March 2027" in page
    assert "Confirm it unchanged for marketing" in page
    assert "Confirm it unchanged" not in max_.get("/agreement/")
    later = Browser(User.objects.get(username="ana"), ana.now + timedelta(days=1))
    later.post("/agreement/v1/confirm/", content_hash=read)
    page = later.get("/agreement/")
    assert "Both look at it again on 1 March 2027" in page
    assert "Confirmed unchanged" in page and "24 Nov 2026" in page
