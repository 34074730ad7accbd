"""Building forms: what marketers can make, and what is refused beside the field."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from leadbridge.demo.organisation import CONSENT, Cast
from leads.definition.fields import add_field
from leads.handoff.consents import Consent
from leads.handoff.models import Lead
from leads.intake.models import Form
from tests.leads.intake.test_form import open_page, send
from tests.pages import Browser
from tests.query_counts import recorded

NEW: dict[str, str] = {
    "title": "Prüfung", "slug": "pruefung", "marketer": "mia", "language": "de",
    "source": "web form", "campaign": "Herbst", "active": "on",
    "email-ask": "required", "email-place": "2", "company-ask": "required", "company-place": "1",
    "industry-ask": "optional", "industry-place": "3", "industry-choices": "Stahl\nHolz",
    "country-ask": "hidden", "country-value": "DE", "last_name-ask": "optional",
    "consent_text": "Sie dürfen mich anrufen.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def shown(slug: str) -> str:
    return unescape(Client().get(f"/f/{slug}/").content.decode())


def test_a_marketer_builds_a_form_and_visitors_get_it(cast: Cast, now: datetime) -> None:
    browser = Browser(cast.mia, now)
    assert browser.post("/forms/new/", **NEW) == "/forms/pruefung/"
    page = shown("pruefung")
    assert '<html lang="de"' in page
    assert page.index(">Unternehmen") < page.index(">E-Mail<") < page.index(">Branche")
    assert '<option value="Holz">Holz</option>' in page
    assert "freiwillig" in page
    assert ">Absenden<" in page
    assert 'name="country"' not in page
    for required in ("company", "email", "consent"):
        assert re.search(rf'name="{required}"[^>]* required', page), required
    mark = unescape(re.search(r'name="signed_at" value="([^"]+)"', page)[1])  # type: ignore[index]
    assert mark
    assert Form.objects.get(slug="pruefung").marketer == cast.mia


def test_an_own_field_is_asked_where_the_form_says_so(cast: Cast, now: datetime) -> None:
    add_field(
        actor=cast.olu, now=now, key="plant", label="Their plant", type="choice",
        choices=["Own", "Rented"],
    )  # fmt: skip
    typed = {**NEW, "own.plant-ask": "required", "own.plant-label": "Ihr Werk"}
    Browser(cast.mia, now).post("/forms/new/", **typed)
    page = shown("pruefung")
    assert "Ihr Werk" in page
    assert '<option value="Rented">Rented</option>' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "Über uns"}, "small letters"),
        ({"slug": "demo"}, "Another form has this address already."),
        ({"slug": "new"}, "small letters"),
        ({"title": " "}, "fill this in"),
        ({"source": "x\x1b"}, "control characters"),
        ({"email-ask": "no"}, "Ask for an e-mail address or a phone number."),
        ({"country-value": ""}, "needs the value it always has"),
        ({"email-ask": "hidden", "email-value": "a@b.example"}, "no way to be reached"),
        ({"company-choices": "x" * 101}, "At most 100"),
        ({"message-ask": "optional", "message-choices": "a"}, "has its own choices"),
        ({"thanks_url": "javascript:alert(1)"}, "whole address"),
        ({"thanks_url": "//evil.example"}, "whole address"),
        ({"thanks_url": "https://a:b@evil.example"}, "no spaces"),
        ({"thanks_url": "https://[1"}, "whole address"),
        ({"origins": "example.com"}, "Give each site"),
        ({"origins": "https://example.com/page"}, "beginning alone"),
        ({"origins": "https://example.com:99999"}, "port"),
        ({"marketer": "sam"}, "no marketing team"),
        ({"marketer": "nobody"}, "Choose who answers"),
        ({"language": "xx"}, "Choose one of"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_kept(
    cast: Cast, now: datetime, change: dict[str, str], sentence: str
) -> None:
    page = Browser(cast.mia, now).post("/forms/new/", 422, **{**NEW, **change})
    assert sentence in unescape(page)
    assert "Herbst" in page
    assert Form.objects.count() == 1


def test_a_form_is_changed_as_it_stands(cast: Cast, now: datetime) -> None:
    Browser(cast.ana, now).post("/forms/new/", **NEW)
    browser = Browser(cast.mia, now)
    browser.get("/forms/")
    with recorded("form editor"):
        page = unescape(browser.get("/forms/pruefung/"))
    assert page.index('id="company-place"') < page.index('id="email-place"')
    assert "Stahl\nHolz" in page
    typed = {**NEW, "title": "Neu", "company-place": "9"}
    browser.post("/forms/pruefung/", **typed)
    form = Form.objects.get(slug="pruefung")
    assert form.title == "Neu"
    assert [one["name"] for one in form.fields] == [
        "email", "industry", "company", "last_name", "country",
    ]  # fmt: skip


def test_other_words_of_consent_are_a_new_version_and_leads_keep_theirs(
    cast: Cast, now: datetime
) -> None:
    send(Client(), now)
    browser = Browser(cast.mia, now)
    typed: dict[str, Any] = {
        "title": "Talk to us", "marketer": "mia", "language": "en", "source": "web form",
        "email-ask": "required", "active": "on",
    }  # fmt: skip
    browser.post("/forms/demo/", **typed, consent_text="You may also write letters.")
    browser.post("/forms/demo/", **typed, consent_text="You may also write letters.")
    form = Form.objects.get(slug="demo")
    assert [(one.number, one.text) for one in form.consents.all()] == [
        (1, CONSENT), (2, "You may also write letters."),
    ]  # fmt: skip
    later = now + timedelta(minutes=1)
    send(Client(), later, email="kim@acme.example")
    assert [one.text for one in Consent.objects.order_by("pk")] == [
        CONSENT, "You may also write letters.",
    ]  # fmt: skip
    page = browser.get("/forms/demo/")
    assert page.count("1 lead agreed") == 2


def test_the_list_says_what_waits_in_quarantine(cast: Cast, now: datetime) -> None:
    client = Client()
    mark = open_page(client, now - timedelta(minutes=1))
    send(client, now, mark=mark, website="spam")
    browser = Browser(cast.mia, now)
    browser.get("/handoffs/")
    with recorded("forms"):
        page = browser.get("/forms/")
    assert "1 in quarantine" in page
    assert "Talk to us" in page
    Form.objects.all().delete()
    assert "No form yet." in browser.get("/forms/")


def test_a_preview_shows_a_form_that_is_switched_off_and_sends_nothing(
    cast: Cast, now: datetime
) -> None:
    browser = Browser(cast.mia, now)
    browser.post("/forms/new/", **{k: v for k, v in NEW.items() if k != "active"})
    assert Client().get("/f/pruefung/").status_code == 404
    page = browser.get("/forms/pruefung/preview/")
    assert "A preview" in page
    assert "disabled>Absenden" in page
    assert not Lead.objects.exists()


def test_the_snippet_is_a_whole_form(cast: Cast, now: datetime) -> None:
    Browser(cast.mia, now).post("/forms/new/", **NEW)
    page = Browser(cast.mia, now).get("/forms/pruefung/embed/")
    assert "No site may show this form yet" in page
    code = re.search(r'<pre class="raw"[^>]*>(.*?)</pre>', page, re.DOTALL)
    snippet = unescape(code[1])  # type: ignore[index]
    assert 'action="http://127.0.0.1:8000/f/pruefung/"' in snippet
    assert 'name="consent_version"' in snippet
    assert "Sie dürfen mich anrufen." in snippet
    assert 'src="http://127.0.0.1:8000/f/embed.js"' in snippet


@pytest.mark.parametrize(("name", "status"), [("sam", 403), ("max", 403), ("olu", 200)])
def test_sales_does_not_build_forms(cast: Cast, now: datetime, name: str, status: int) -> None:
    browser = Browser(getattr(cast, name), now)
    for url in ("", "new/", "demo/", "demo/preview/", "demo/embed/"):
        browser.get(f"/forms/{url}", status)
    assert ('href="/forms/"' in browser.get("/handoffs/")) == (status == 200)
    browser.post("/forms/new/", 302 if status == 200 else 403, **NEW)
    assert Form.objects.filter(slug="pruefung").exists() == (status == 200)
    assert "404" not in browser.get("/forms/none/", 404 if status == 200 else 403)
