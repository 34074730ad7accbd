"""The pages of the quarantine."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import FieldErrors
from leads.handoff.consents import Consent
from leads.handoff.models import Lead
from leads.intake.quarantine.models import Quarantined
from tests.leads.intake.quarantine.things import TOLD, set_one_aside
from tests.pages import Browser
from tests.query_counts import recorded

DAYS = timedelta(days=1)


def filled(page: str) -> dict[str, str]:
    """What the form would send as it stands."""
    form = page[page.index("Mend and take in") :]
    form = form[: form.index("</form>")]
    typed = re.findall(r'<input[^>]*? name="([^"]+)"(?: value="([^"]*)")?', form)
    chosen = re.findall(
        r'<select[^>]*? name="([^"]+)"(?:(?!</select>).)*?<option value="([^"]+)" selected',
        form,
        re.DOTALL,
    )
    area = re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    found = {**dict(typed), **dict(chosen), **dict(area)}
    found.pop("without_consent", None)
    return {name: unescape(text) for name, text in found.items()}


def test_the_empty_page_says_so(cast: Cast, now: datetime) -> None:
    page = Browser(cast.mia, now).get("/quarantine/")
    assert "Nothing waits here." in page
    assert "Nothing like this here." in Browser(cast.mia, now).get("/quarantine/?q=zebra")


def test_a_marketer_sees_what_waits_and_what_is_late(cast: Cast, now: datetime) -> None:
    late = set_one_aside(cast.mia, now - 4 * DAYS)
    other = set_one_aside(cast.ana, now, told={"company": "<b>Zebra</b>", "email": "\u202ex"})
    browser = Browser(cast.mia, now)
    browser.get("/handoffs/")
    with recorded("quarantine"):
        page = browser.get("/quarantine/")
    assert page.index(late.ref) < page.index(other.ref)
    assert re.search(r'data-state="late".*?late</b>', page, re.DOTALL)
    assert "&lt;b&gt;Zebra" in page
    assert "\u202e" not in page
    nav = page[page.index('href="/quarantine/"') :]
    assert re.search(r">1<", nav[: nav.index("</a>")]), "one that is late is hers"
    assert other.ref not in browser.get("/quarantine/?who=mine")
    assert late.ref not in browser.get("/quarantine/?q=Zebra")
    assert late.ref not in browser.get("/quarantine/?origin=api")
    assert late.ref not in browser.get("/quarantine/?state=discarded")


def test_mending_shows_what_was_sent_with_its_errors_and_takes_it_in(
    cast: Cast, now: datetime
) -> None:
    told = {
        **TOLD, "employees": "many", "shoe": 44, "bag": {"a": 1},
        "consent": {"text": "You may call.", "at": "2026-11-23T09:00:00Z"},
    }  # fmt: skip
    item = set_one_aside(cast.mia, now, told=told)
    browser = Browser(cast.mia, now)
    with recorded("quarantined"):
        page = browser.get(f"/quarantine/{item.ref}/")
    typed = filled(page)
    assert (typed["first_name"], typed["email"], typed["employees"]) == ("Jo", "jo@", "many")
    assert (typed["extra_1"], typed["extra_0"]) == ("44", '{"a": 1}')
    for sentence in ("@-sign", "whole number", "short text"):
        assert sentence in page
    assert "email=jo%40" in page
    again = browser.post(f"/quarantine/{item.ref}/", 422, **typed)
    assert "@-sign" in again
    assert not Lead.objects.exists()
    typed |= {"email": "jo@acme.example", "employees": "240", "extra_0": ""}
    assert browser.post(f"/quarantine/{item.ref}/", **typed) == "/quarantine/"
    lead = Lead.objects.get()
    assert (lead.stage, lead.attributes, lead.employees) == ("submitted", {"shoe": 44}, 240)
    assert Consent.objects.get().text == "You may call."
    assert "Meets the definition: handed to" in browser.get("/quarantine/")
    assert f"L-{lead.pk}" in browser.get("/quarantine/?state=taken_in")
    assert "Mend and take in" not in browser.get(f"/quarantine/{item.ref}/")


def test_consent_at_fault_can_be_left_out_but_not_rewritten(cast: Cast, now: datetime) -> None:
    told = {**TOLD, "email": "jo@acme.example", "consent": {"text": "Yes."}}
    item = set_one_aside(cast.mia, now, told=told)
    browser = Browser(cast.mia, now)
    typed = filled(browser.get(f"/quarantine/{item.ref}/"))
    assert "Say when" in browser.post(f"/quarantine/{item.ref}/", 422, **typed)
    browser.post(f"/quarantine/{item.ref}/", **typed, without_consent="on")
    assert Lead.objects.count() == 1
    assert not Consent.objects.exists()


def test_one_is_discarded_with_a_reason(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now)
    browser = Browser(cast.mia, now)
    page = browser.post(f"/quarantine/{item.ref}/", 422, discard="1", reason=" ")
    assert "This field is required." in page
    browser.post(f"/quarantine/{item.ref}/", discard="1", reason="Selling <us> watches.")
    page = browser.get("/quarantine/?state=discarded")
    assert "Selling &lt;us&gt; watches." in page
    assert "Mia Lindqvist" in page


def test_several_are_discarded_together(cast: Cast, now: datetime) -> None:
    items = [set_one_aside(cast.mia, now) for _ in range(3)]
    browser = Browser(cast.mia, now)
    page = browser.post("/quarantine/", 422, item=str(items[0].pk))
    assert page.count(" checked") == 1
    assert "Choose at least one." in browser.post("/quarantine/", 422, reason="Spam.", item="x")
    assert Quarantined.objects.waiting().count() == 3
    browser.post("/quarantine/", reason="Spam.", item=[str(one.pk) for one in items[:2]])  # type: ignore[arg-type]  # ticked twice
    assert Quarantined.objects.waiting().count() == 1


def test_the_bytes_are_a_file_and_never_a_page(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now, raw=b"<script>\x00\xff")
    browser = Browser(cast.mia, now)
    answer = browser.client.get(f"/quarantine/{item.ref}/raw/")
    assert answer.content == b"<script>\x00\xff"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "&lt;script&gt;\\u0000\\xff" in browser.get(f"/quarantine/{item.ref}/")


def test_half_a_million_characters_are_shown_in_part(cast: Cast, now: datetime) -> None:
    told = {**TOLD, "message": "x" * 500_000}
    item = set_one_aside(cast.mia, now, told=told, raw=b"message=" + b"x" * 500_000)
    page = Browser(cast.mia, now).get(f"/quarantine/{item.ref}/")
    assert "This is the beginning" in page
    assert "At most 10,000 characters" in page
    assert len(Browser(cast.mia, now).get("/quarantine/")) < 50_000


@pytest.mark.parametrize("name", ["sam", "max"])
def test_sales_does_not_read_it(cast: Cast, now: datetime, name: str) -> None:
    item = set_one_aside(cast.mia, now)
    browser = Browser(getattr(cast, name), now)
    for url in ("", f"{item.ref}/", f"{item.ref}/raw/"):
        browser.get(f"/quarantine/{url}", 403)
    assert 'href="/quarantine/"' not in browser.get("/handoffs/")


def test_an_administrator_reads_and_decides_nothing(cast: Cast, now: datetime) -> None:
    item = set_one_aside(cast.mia, now, error=FieldErrors({"": ["Nothing could be read."]}))
    browser = Browser(cast.olu, now)
    assert "Nothing could be read." in browser.get("/quarantine/")
    assert "Mend and take in" not in browser.get(f"/quarantine/{item.ref}/")
    browser.post(f"/quarantine/{item.ref}/", 403, discard="1", reason="x")
    browser.post("/quarantine/", 403, item=str(item.pk), reason="x")
    item.refresh_from_db()
    assert item.state == "waiting"


@pytest.mark.parametrize("ref", ["Q-99999999", "x", "Q-", "L-1"])
def test_what_is_not_there_is_a_clear_page(cast: Cast, now: datetime, ref: str) -> None:
    Browser(cast.mia, now).get(f"/quarantine/{ref}/", 404)
