"""A form on foreign sites, in its language, with proof of work, and without a database."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.test import Client

from leadbridge.demo.organisation import CONSENT, Cast
from leadbridge.kernel.failing import is_away
from leadbridge.kernel.hashing import content_hash
from leads.handoff.consents import Consent
from leads.handoff.models import Lead
from leads.intake.hosted.proof import is_proof, work
from leads.intake.models import ConsentWords, Form
from leads.intake.quarantine.models import Quarantined
from tests.leads.intake.test_form import FILLED, MARK, URL, open_page

SITE, OTHER = "https://www.acme.example", "https://evil.example"
MINUTE = timedelta(minutes=1)
JSON = "application/json"


@pytest.fixture(autouse=True)
def form(cast: Cast) -> Form:
    """The demo's form, allowed on one other site."""
    cache.clear()
    Form.objects.update(origins=[SITE])
    return Form.objects.get()


def snippet_post(now: datetime, origin: str, **fields: str) -> Any:
    """A plain form of another site, without script."""
    typed = {**FILLED, "consent_version": content_hash(CONSENT), **fields}
    with time_machine.travel(now, tick=False):
        return Client(headers={"Origin": origin}).post(URL, typed)


def mark_for(origin: str, at: datetime) -> dict[str, Any]:
    with time_machine.travel(at, tick=False):
        answer = Client(headers={"Origin": origin}).get(f"{URL}mark/")
    return {**answer.json(), "allowed": answer.headers.get("Access-Control-Allow-Origin")}


def json_post(now: datetime, origin: str, **fields: object) -> Any:
    """What the script of a snippet sends, as JSON."""
    mark = mark_for(origin, now - MINUTE)["mark"]
    body = {**FILLED, "signed_at": mark, "consent_version": content_hash(CONSENT), **fields}
    with time_machine.travel(now, tick=False):
        client = Client(headers={"Origin": origin})
        return client.post(URL, json.dumps(body), content_type=JSON)


def test_a_plain_form_on_an_allowed_site_works_without_script(cast: Cast, now: datetime) -> None:
    assert snippet_post(now, SITE).status_code == 302
    assert Lead.objects.get().stage == "submitted"
    assert Consent.objects.get().text == CONSENT


@pytest.mark.parametrize("origin", [OTHER, "null", "https://www.acme.example.evil.example"])
def test_from_any_other_site_one_looks_through_it_on_our_page(
    cast: Cast, now: datetime, origin: str
) -> None:
    answer = snippet_post(now, origin)
    page = unescape(answer.content.decode())
    assert (answer.status_code, Lead.objects.count()) == (422, 0)
    assert "look through it once more" in page
    assert 'value="jo@acme.example"' in page
    assert "Access-Control-Allow-Origin" not in answer.headers
    mark = MARK.search(page)
    assert mark
    with time_machine.travel(now + MINUTE, tick=False):
        assert Client().post(URL, {**FILLED, "signed_at": mark[1]}).status_code == 302
    assert Lead.objects.count() == 1


def test_the_script_of_an_allowed_site_reads_its_answers(cast: Cast, now: datetime) -> None:
    answer = json_post(now, SITE, email="jo@", employees=12)
    assert answer.status_code == 422
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "@-sign" in answer.json()["errors"]["email"][0]
    assert not Lead.objects.exists()
    answer = json_post(now, SITE, utm_source="news", consent=True)
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert "person who will call you" in answer.json()["text"]
    assert Lead.objects.get().attributes == {"utm_source": "news"}


def test_a_foreign_script_gets_neither_mark_nor_answer(cast: Cast, now: datetime) -> None:
    assert mark_for(OTHER, now)["allowed"] is None
    answer = json_post(now, OTHER)
    assert (answer.status_code, answer.json()["ok"]) == (403, False)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not Lead.objects.exists()


@pytest.mark.parametrize(("origin", "allowed"), [(SITE, SITE), (OTHER, None)])
def test_a_browser_asks_before_it_sends_json(cast: Cast, origin: str, allowed: str | None) -> None:
    for path in (URL, f"{URL}mark/"):
        answer = Client(headers={"Origin": origin}).options(path)
        assert answer.status_code == 204
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "body", [b"[", b"[1]", b"null", b"\xff", b"[" * 100_000, b'{"email": {"a": 1}}',
             b'{"employees": 1' + b"0" * 5000 + b"}", b'{"email": "a\\u0000b"}'],
)  # fmt: skip
def test_json_that_says_nothing_is_answered_clearly(cast: Cast, body: bytes) -> None:
    answer = Client(headers={"Origin": SITE}).post(URL, body, content_type=JSON)
    assert (answer.status_code, answer.json()["ok"]) == (422, False)


def test_a_snippet_with_older_words_keeps_those_that_were_shown(
    cast: Cast, now: datetime, form: Form
) -> None:
    old = "You may write letters."
    ConsentWords.objects.create(form=form, number=1, text=old, version=content_hash(old), since=now)
    snippet_post(now, SITE, consent_version=content_hash(old))
    assert Consent.objects.get().text == old
    answer = snippet_post(now, SITE, consent_version="made up", email="kim@acme.example")
    assert (answer.status_code, Lead.objects.count()) == (422, 1)


def test_utm_parameters_of_the_page_travel_with_the_lead(cast: Cast, now: datetime) -> None:
    client = Client()
    mark = open_page(client, now - MINUTE)
    page = client.get(f"{URL}?utm_source=news&utm_campaign=%3Cb%3E").content.decode()
    found = dict(re.findall(r'type="hidden" name="(utm_\w+)" value="([^"]*)"', page))
    assert found["utm_source"] == "news"
    with time_machine.travel(now, tick=False):
        client.post(
            URL, {**FILLED, "signed_at": mark, **{k: unescape(v) for k, v in found.items()}}
        )
    assert Lead.objects.get().attributes == {"utm_source": "news", "utm_campaign": "<b>"}


def test_a_german_form_says_what_is_wrong_in_german(cast: Cast, now: datetime) -> None:
    Form.objects.update(language="de")
    mark = open_page(Client(), now - MINUTE)
    typed = {**FILLED, "signed_at": mark, "email": "jo@", "employees": "viele", "consent": ""}
    with time_machine.travel(now, tick=False):
        page = unescape(Client().post(URL, typed).content.decode())
    for words in ("gültige E-Mail", "ganze Zahl", "setzen Sie das Häkchen", "noch da"):
        assert words in page
    assert "@-sign" not in page


def test_a_browser_that_worked_is_let_in_once(cast: Cast, now: datetime) -> None:
    Form.objects.update(work=True)
    client = Client()
    mark = open_page(client, now - MINUTE)
    typed = {**FILLED, "signed_at": mark, "proof": work(mark)}
    with time_machine.travel(now, tick=False):
        assert client.post(URL, typed).status_code == 302
        assert client.post(URL, {**typed, "email": "kim@acme.example"}).status_code == 422
    assert Lead.objects.count() == 1
    assert not Quarantined.objects.exists()


@pytest.mark.parametrize("proof", ["", "x", "-1", "9" * 30, "1"])
def test_without_the_work_a_person_looks_at_it_first(cast: Cast, now: datetime, proof: str) -> None:
    Form.objects.update(work=True)
    client = Client()
    mark = open_page(client, now - MINUTE)
    with time_machine.travel(now, tick=False):
        answer = client.post(URL, {**FILLED, "signed_at": mark, "proof": proof})
    assert answer.status_code == 302
    assert not Lead.objects.exists()
    item = Quarantined.objects.get()
    assert (item.code, item.told["email"]) == ("unproven", "jo@acme.example")
    assert item.told["consent"]["text"] == CONSENT


def test_a_proof_is_of_one_mark_alone() -> None:
    assert is_proof("a", work("a"))
    assert not is_proof("b", work("a"))


def test_a_visitor_is_sent_on_to_an_address_of_the_form(cast: Cast, now: datetime) -> None:
    Form.objects.update(thanks_url="https://www.acme.example/thanks?a=1")
    answer = snippet_post(now, SITE)
    assert answer.headers["Location"] == "https://www.acme.example/thanks?a=1"
    policy = Client().get(URL).headers["Content-Security-Policy"]
    assert "form-action 'self' https://www.acme.example;" in policy


@pytest.mark.parametrize("name", ["embed", "proof"])
def test_the_scripts_for_other_sites_have_lasting_addresses(cast: Cast, name: str) -> None:
    answer = Client().get(f"/f/{name}.js")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    again = Client(headers={"If-None-Match": answer.headers["ETag"]}).get(f"/f/{name}.js")
    assert again.status_code == 304
    assert Client().get("/f/live.js").status_code == 404


def test_what_is_no_outage_is_a_fault() -> None:
    assert is_away(OperationalError())
    assert is_away(InterfaceError())
    assert is_away(DatabaseError("server closed the connection"))
    assert not is_away(IntegrityError())
    assert not is_away(ValueError())
