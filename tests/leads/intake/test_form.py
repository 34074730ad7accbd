"""The hosted form: what visitors can do, what programs cannot, and that nothing is lost."""

import logging
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from redis import Redis

from leadbridge.demo.organisation import CONSENT, Cast
from leadbridge.kernel.hashing import content_hash
from leads.handoff.consents import Consent
from leads.handoff.models import Lead, Person
from leads.intake.guard import MOST_POSTS
from leads.intake.models import Form
from leads.intake.quarantine.mending import take_in_mended
from leads.intake.quarantine.models import Quarantined
from sla.calendars.models import Calendar
from tests.leads.intake.naughty import NAUGHTY, kept
from tests.leads.routing.rules import publish

URL = "/f/demo/"
FILLED = {
    "first_name": "Jo", "last_name": "Doe", "email": "jo@acme.example", "phone": "",
    "company": "Acme", "title": "Head of IT", "country": "DE", "employees": "240",
    "request": "demo", "message": "Please call.", "consent": "on",
}  # fmt: skip
PART = b'--b\r\nContent-Disposition: form-data; name="message"\r\n\r\nab\r\n--b--\r\n'
MARK = re.compile(r'name="signed_at" value="([^"]+)"')


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def open_page(client: Client, at: datetime) -> str:
    """The mark on a page that was opened at that instant."""
    with time_machine.travel(at, tick=False):
        page = client.get(URL)
    assert page.status_code == 200
    found = MARK.search(page.content.decode())
    assert found is not None
    return unescape(found[1])


def send(client: Client, now: datetime, **fields: Any) -> Any:
    """Open the page, and send it twenty seconds later."""
    mark = fields.pop("mark", None) or open_page(client, now - timedelta(seconds=20))
    with time_machine.travel(now, tick=False):
        return client.post(URL, {**FILLED, "signed_at": mark, **fields})


def errors_in(answer: Any) -> str:
    return unescape(
        " ".join(re.findall(r'class="(?:wrong|failed)[^>]*>([^<]*)', answer.content.decode()))
    )


def test_a_visitor_who_qualifies_is_handed_over_at_once(cast: Cast, now: datetime) -> None:
    answer = send(Client(), now)
    assert (answer.status_code, answer.url) == (302, "/f/demo/thanks/")
    lead = Lead.objects.get()
    assert (lead.stage, lead.origin, lead.source, lead.campaign) == (
        "submitted", "form", "web form", "Spring launch",
    )  # fmt: skip
    assert lead.marketer == cast.mia
    assert lead.holder in (cast.sam, cast.dora)
    consent = Consent.objects.get()
    assert (consent.text, consent.at) == (CONSENT, now)
    assert consent.version == content_hash(CONSENT)
    assert [event.actor for event in lead.events.all()] == [None, None]


def test_a_visitor_who_does_not_qualify_waits_for_triage(cast: Cast, now: datetime) -> None:
    send(Client(), now, employees="", request="")
    lead = Lead.objects.get()
    assert (lead.stage, lead.holder, lead.next_kind) == ("captured", cast.mia, "triage")


def test_a_lead_without_a_route_is_kept_with_its_triage_clock(
    cast: Cast, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    publish(cast.max, now, {"rules": []})
    cast.emea.takes_unrouted = False
    cast.emea.save()
    assert send(Client(), now).status_code == 302
    lead = Lead.objects.get()
    assert (lead.stage, lead.next_kind, lead.verdict) == ("captured", "triage", "yes")
    assert "stays with marketing: No routing rule matches" in caplog.text


def test_a_visitor_sees_thanks_in_the_words_of_the_form(cast: Cast) -> None:
    page = Client().get("/f/demo/thanks/")
    assert "Your request is with the person who will call you." in page.content.decode()
    assert "Main" not in page.content.decode()


def test_a_visitor_reads_every_error_beside_its_field_and_keeps_what_they_wrote(
    cast: Cast, now: datetime
) -> None:
    answer = send(
        Client(), now, email="jo@", phone="call me", employees="many", company="x" * 201,
        consent="", message="<b>bold</b> & kept",
    )  # fmt: skip
    assert answer.status_code == 422
    assert not Lead.objects.exists()
    said = errors_in(answer)
    for sentence in ("@-sign", "no phone number", "whole number", "At most 200", "tick this box"):
        assert sentence in said
    page = unescape(answer.content.decode())
    assert "<b>bold</b> & kept" in page
    assert 'value="call me"' in page
    assert "<b>bold" not in answer.content.decode()


def test_a_hasty_visitor_keeps_everything_and_gets_through_at_the_second_try(
    cast: Cast, now: datetime
) -> None:
    client = Client()
    mark = open_page(client, now - timedelta(seconds=1))
    with time_machine.travel(now, tick=False):
        answer = client.post(URL, {**FILLED, "signed_at": mark})
    assert (answer.status_code, Lead.objects.count()) == (422, 0)
    assert "Please try again" in errors_in(answer)
    again = unescape(MARK.search(answer.content.decode())[1])  # type: ignore[index]
    with time_machine.travel(now + timedelta(seconds=3), tick=False):
        assert client.post(URL, {**FILLED, "signed_at": again}).status_code == 302
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("mark", ["", "x", "a:b:c", "\0", "e30:1:x", "🂡"])
def test_a_mark_that_is_not_ours_gets_a_fresh_one(cast: Cast, now: datetime, mark: str) -> None:
    with time_machine.travel(now, tick=False):
        answer = Client().post(URL, {**FILLED, "signed_at": mark})
    assert (answer.status_code, Lead.objects.count()) == (422, 0)
    assert MARK.search(answer.content.decode())


def test_the_mark_of_another_form_does_not_count(cast: Cast, now: datetime) -> None:
    client = Client()
    mark = open_page(client, now - timedelta(minutes=1))
    Form.objects.create(slug="other", title="O", marketer=cast.mia, source="o", consent_text="Yes.")
    with time_machine.travel(now, tick=False):
        answer = client.post("/f/other/", {**FILLED, "signed_at": mark})
    assert (answer.status_code, Lead.objects.count()) == (422, 0)


def test_words_of_consent_that_changed_meanwhile_are_shown_before_they_count(
    cast: Cast, now: datetime
) -> None:
    client = Client()
    mark = open_page(client, now - timedelta(minutes=1))
    Form.objects.update(consent_text="You may also write letters.")
    with time_machine.travel(now, tick=False):
        answer = client.post(URL, {**FILLED, "signed_at": mark})
    assert (answer.status_code, Lead.objects.count()) == (422, 0)
    page = answer.content.decode()
    assert "You may also write letters." in page
    assert "have changed" in page
    assert not re.search(r'name="consent"[^>]*checked', page)


def test_a_program_gets_thanks_and_is_kept_out(
    cast: Cast, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = Client()
    for _ in range(2):
        answer = send(client, now, website="https://spam.example")
        assert answer.url == "/f/demo/thanks/"
    assert not Person.objects.exists()
    assert "form demo kept a program out, 2 today" in caplog.text
    item = Quarantined.objects.get()
    assert (item.code, item.times, item.owner) == ("spam", 2, cast.mia)
    assert item.told["attributes"] == {"website": "https://spam.example"}


def test_too_many_from_one_address_are_asked_to_wait_and_others_are_not(
    cast: Cast, now: datetime
) -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    mark = open_page(client, now - timedelta(minutes=1))
    answers = [send(client, now, mark=mark, email="jo@").status_code for _ in range(MOST_POSTS)]
    assert set(answers) == {422}
    answer = send(client, now)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert 'value="jo@acme.example"' in answer.content.decode()
    assert not Lead.objects.exists()
    assert send(Client(REMOTE_ADDR="203.0.113.10"), now).status_code == 302
    assert send(client, now + timedelta(minutes=10), email="ann@acme.example").status_code == 302


def test_visitors_behind_our_own_proxy_are_told_apart(cast: Cast, now: datetime) -> None:

    def behind(forwarded: str) -> Client:
        return Client(REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": forwarded})

    busy = behind("198.51.100.1, 203.0.113.9")
    mark = open_page(busy, now - timedelta(minutes=1))
    for _ in range(MOST_POSTS):
        send(busy, now, mark=mark, email="jo@")
    assert send(busy, now).status_code == 429
    pretends = behind("203.0.113.99, 203.0.113.9")
    assert send(pretends, now).status_code == 429
    other = behind("203.0.113.9, 198.51.100.7")
    assert send(other, now).status_code == 302


def test_the_form_works_while_redis_is_down(cast: Cast, now: datetime) -> None:
    down = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with pytest.MonkeyPatch.context():
        from django.test import override_settings

        with override_settings(CACHES=down):
            assert send(Client(), now).status_code == 302
            assert send(Client(), now, website="spam").status_code == 302
    assert Lead.objects.count() == 1
    assert Redis.from_url(settings.REDIS_URL).ping()


def test_what_is_at_fault_here_is_set_aside_and_taken_in_later(cast: Cast, now: datetime) -> None:
    current = Calendar.objects.get(organisation=True).current
    Calendar.objects.update(current=None)
    assert send(Client(), now).status_code == 302
    assert not Lead.objects.exists()
    item = Quarantined.objects.get()
    assert (item.code, item.owner, item.place) == ("no_working_time", cast.mia, "Form demo")
    assert b"jo@acme.example" in bytes(item.raw)
    Calendar.objects.filter(organisation=True).update(current=current)
    lead = take_in_mended(item_id=item.pk, actor=cast.mia, now=now).lead
    assert (lead.email_key, lead.employees, lead.campaign) == (
        "jo@acme.example", 240, "Spring launch",
    )  # fmt: skip
    assert Consent.objects.get().version == content_hash(CONSENT)


@pytest.mark.parametrize("path", ["/f/demo/", "/f/demo/thanks/", "/f/none/", "/f/none/thanks/"])
def test_an_unknown_or_inactive_form_is_not_found(cast: Cast, path: str) -> None:
    Form.objects.update(active=False)
    assert Client().get(path).status_code == 404
    if not path.endswith("thanks/"):
        assert Client().post(path, FILLED).status_code == 404


def test_a_visitor_gets_no_cookie_and_needs_none(cast: Cast, now: datetime) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(URL, FILLED).status_code == 422, "without the mark of a page"
    assert send(client, now).status_code == 302
    assert not client.cookies


def test_fifty_megabytes_are_refused_with_a_page(cast: Cast) -> None:
    form = b"message=" + b"x" * 50_000_000
    urlencoded = "application/x-www-form-urlencoded"
    answer = Client().post(URL, form, content_type=urlencoded)
    assert answer.status_code == 413
    assert "more than we can take" in answer.content.decode()
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        + form
        + b"\r\n--b--"
    )
    assert (
        Client().post(URL, parts, content_type="multipart/form-data; boundary=b").status_code == 413
    )
    assert Client().post("/accounts/login/", form, content_type=urlencoded).status_code == 400


def test_a_thousand_fields_are_refused_with_a_page(cast: Cast) -> None:
    for count in (201, 1_000, 4_000):
        assert Client().post(URL, {str(n): "x" for n in range(count)}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=hex", b"a=b"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=b"),
        ("multipart/form-data; boundary=b; charset=zlib", PART),
        ("multipart/form-data; boundary=b; charset=hex", PART),
        ("multipart/form-data; boundary=b; charset=undefined", PART),
        ("multipart/form-data; boundary=b", b"--b\r\nrubbish"),
        ("multipart/form-data", b"x"),
        ("text/plain", b"\xff\xfe"),
        ("application/json", b'{"email": 1}'),
        ("nonsense", b""),
    ],
)
def test_what_is_no_form_is_answered_without_a_fault(cast: Cast, kind: str, body: bytes) -> None:
    assert Client().generic("POST", URL, body, content_type=kind).status_code in (400, 422)
    assert not Lead.objects.exists()


def test_a_torn_encoding_is_told_instead_of_stored(cast: Cast, now: datetime) -> None:
    client = Client()
    mark = open_page(client, now - timedelta(minutes=1))
    body = f"email=jo@acme.example&consent=on&signed_at={mark}&last_name=J%F6rg".encode()
    with time_machine.travel(now, tick=False):
        answer = client.post(URL, body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, Lead.objects.count()) == (422, 0)
    assert "did not arrive as you typed them" in errors_in(answer)


def test_naughty_strings_are_stored_as_they_are_or_refused(cast: Cast, now: datetime) -> None:
    fine = [text for text in NAUGHTY if kept(text, longest=300) and len(text) <= 100]
    fine = [text for text in fine if "\ufffd" not in text]
    bad = [text for text in NAUGHTY if kept(text, longest=200) is None]
    bad = [text for text in bad if "\ud800" not in text]  # cannot be written into a form at all
    client = Client()
    mark = open_page(client, now - timedelta(minutes=1))
    with time_machine.travel(now, tick=False):
        for number in range(0, len(fine), 4):
            cache.clear()
            first, last, company, message = (fine[number : number + 4] + fine[:4])[:4]
            fields = {
                **FILLED, "signed_at": mark, "email": f"n{number}@acme.example",
                "first_name": first, "last_name": last, "company": company,
                "message": message, "request": "",
            }  # fmt: skip
            answer = client.post(URL, fields)
            assert answer.status_code == 302, (fine[number : number + 4], errors_in(answer))
            lead = Lead.objects.select_related("person").get(email_key=f"n{number}@acme.example")
            assert lead.person.first_name == kept(first, longest=300)
            assert lead.person.last_name == kept(last, longest=300)
            assert lead.company == kept(company, longest=300)
            assert lead.message == kept(message, longest=300, lines=True)
        before = Lead.objects.count()
        for text in bad:
            cache.clear()
            answer = client.post(URL, {**FILLED, "signed_at": mark, "company": text})
            assert answer.status_code == 422
            assert errors_in(answer).strip()
    assert Lead.objects.count() == before
    assert len(bad) >= 3


def test_no_field_breaks_on_any_naughty_string(cast: Cast, now: datetime) -> None:
    client = Client()
    mark = open_page(client, now - timedelta(minutes=1))
    names = [*FILLED, "signed_at", "csrfmiddlewaretoken", "website"]
    with time_machine.travel(now, tick=False):
        for number in range(0, len(NAUGHTY), len(names)):
            cache.clear()
            texts = (NAUGHTY[number:] + NAUGHTY)[: len(names)]
            body = {
                name: text.encode(errors="replace").decode()
                for name, text in zip(names, texts, strict=True)
            }
            for field in (names[number % len(names)], *names[-3:]):
                told = {**FILLED, "signed_at": mark, field: body[field]}
                assert client.post(URL, told).status_code in (302, 422), told
            assert client.post(URL, body).status_code in (302, 422), body
