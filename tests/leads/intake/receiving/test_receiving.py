"""Signatures, challenges, repetition and replay."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.handoff.models import Event, Lead
from leads.intake.guard import MOST_POSTS
from leads.intake.quarantine.models import Quarantined
from leads.intake.receiving import working
from leads.intake.receiving.actions import close_endpoint, replay
from leads.intake.receiving.models import Delivery, Endpoint
from tests.leads.intake.receiving.senders import FORM, JSON, made, path_of, read_all, send

BODY = b'{"form_response": {"token": "t1", "answers": [{"type": "email", "email": "a@b.example", "field": {"ref": "email"}}]}}'  # noqa: E501  # as it is signed
KEY = "s3cret"
Signer = Callable[[Endpoint, bytes, datetime], dict[str, str]]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def code(*parts: bytes) -> hmac.HMAC:
    return hmac.new(KEY.encode(), b"".join(parts), hashlib.sha256)


def stamp(now: datetime) -> str:
    return str(int(now.timestamp() * 1000))


def of_hubspot(endpoint: Endpoint, body: bytes, now: datetime) -> dict[str, str]:
    url = f"{settings.SITE_URL}{path_of(endpoint)}"
    digest = code(b"POST", url.encode(), body, stamp(now).encode()).digest()
    return {
        "X_HubSpot_Signature_v3": base64.b64encode(digest).decode(),
        "X_HubSpot_Request_Timestamp": stamp(now),
    }


SIGNERS: dict[str, Signer] = {
    "hubspot": of_hubspot,
    "facebook": lambda e, body, now: {"X_Hub_Signature_256": f"sha256={code(body).hexdigest()}"},
    "linkedin": lambda e, body, now: {"X_LI_Signature": code(b"hmacsha256=", body).hexdigest()},
    "typeform": lambda e, body, now: {
        "Typeform_Signature": f"sha256={base64.b64encode(code(body).digest()).decode()}"
    },
    "webflow": lambda e, body, now: {
        "X_Webflow_Signature": code(stamp(now).encode(), b":", body).hexdigest(),
        "X_Webflow_Timestamp": stamp(now),
    },
    "google": lambda e, body, now: {},
}


def body_of(provider: str) -> bytes:
    return b'{"google_key": "s3cret"}' if provider == "google" else BODY


@pytest.mark.parametrize("provider", sorted(SIGNERS))
def test_a_signed_delivery_is_taken_and_a_forged_one_is_kept_aside(
    cast: Cast, now: datetime, provider: str
) -> None:
    endpoint, body = made(cast.mia, now, provider, secret=KEY), body_of(provider)
    signed = SIGNERS[provider](endpoint, body, now)
    answer = send(endpoint, now, body, **signed)
    assert answer.status_code == 202, answer.content
    forged = body.replace(KEY.encode(), b"guess") + b" "
    for headers in (signed, {}, dict.fromkeys(signed, "x"), dict.fromkeys(signed, "é")):
        assert send(endpoint, now, forged, **headers).status_code == 401
    assert list(Delivery.objects.order_by("pk").values_list("state", "times")) == [
        ("waiting", 1), ("refused", 4),
    ]  # fmt: skip
    read_all(now)
    assert not Lead.objects.filter(email_key="guess").exists()


@pytest.mark.parametrize("provider", ["hubspot", "webflow"])
def test_an_old_signature_counts_no_longer(cast: Cast, now: datetime, provider: str) -> None:
    endpoint = made(cast.mia, now, provider, secret=KEY)
    signed = SIGNERS[provider](endpoint, BODY, now)
    assert send(endpoint, now + timedelta(minutes=6), BODY, **signed).status_code == 401


def test_challenges_are_answered_to_who_knows_the_address(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "facebook", secret=KEY)
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": endpoint.token}
    answer = Client().get(path_of(endpoint), asked)
    assert (answer.status_code, answer.content) == (200, b"1158")
    assert Client().get(path_of(endpoint), {**asked, "hub.verify_token": "x"}).status_code == 403
    endpoint = made(cast.mia, now, "linkedin", secret=KEY)
    answer = Client().get(path_of(endpoint), {"challengeCode": "abc"})
    assert answer.json() == {
        "challengeCode": "abc", "challengeResponse": code(b"abc").hexdigest(),
    }  # fmt: skip
    assert Client().get(path_of(made(cast.mia, now, "mailchimp"))).status_code == 200
    assert Client().get(path_of(made(cast.mia, now, "typeform"))).status_code == 405


def test_the_same_delivery_twice_makes_nothing_twice(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "typeform")
    for body in (BODY, BODY, BODY + b" "):  # the last one: the same person in other bytes
        assert send(endpoint, now, body).status_code == 202
        read_all(now)
    assert [one.times for one in Delivery.objects.order_by("pk")] == [2, 1]
    assert Lead.objects.count() == 1
    assert not Event.objects.filter(action="join").exists()


def test_a_wrong_secret_loses_nothing(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "typeform", secret="wrong")  # of a test
    signed = SIGNERS["typeform"](endpoint, BODY, now)
    send(endpoint, now, BODY, **signed)
    ids = list(Delivery.objects.values_list("pk", flat=True))
    assert replay(deliveries=ids, actor=cast.mia, now=now) == 0
    Endpoint.objects.update(secret=KEY)
    assert replay(deliveries=ids, actor=cast.mia, now=now) == 1
    read_all(now)
    assert Lead.objects.count() == 1


def test_a_mended_mapping_and_a_replay_take_in_what_waited(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "other")
    send(endpoint, now, b'{"where we reach you": "a@b.example"}')
    read_all(now)
    item = Quarantined.objects.get()
    Endpoint.objects.update(mapping={"where we reach you": "email"})
    ids = list(Delivery.objects.values_list("pk", flat=True))
    for _ in range(2):
        replay(deliveries=ids, actor=cast.mia, now=now)
        read_all(now)
    item.refresh_from_db()
    assert (item.state, Lead.objects.count(), Delivery.objects.get().state) == (
        "taken_in", 1, "done",
    )  # fmt: skip


def test_a_fault_is_tried_again_and_in_the_end_left_to_a_person(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(made(cast.mia, now, "typeform"), now, BODY)

    def fault(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(working, "take_in", fault)
        for _ in range(6):
            read_all(now)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries, Lead.objects.count()) == ("failed", 5, 0)
    item = Quarantined.objects.get()
    assert (item.code, item.owner, bytes(item.raw)) == ("failed", cast.mia, BODY)
    assert replay(deliveries=[delivery.pk], actor=cast.mia, now=now) == 1
    read_all(now)
    item.refresh_from_db()
    assert (item.state, item.lead) == ("taken_in", Lead.objects.get())


def test_a_delivery_that_comes_again_with_its_signature_is_read(cast: Cast, now: datetime) -> None:
    """What waits for a person meanwhile settles itself; a forged copy changes nothing."""
    endpoint = made(cast.mia, now, "typeform", secret=KEY)
    signed = SIGNERS["typeform"](endpoint, BODY, now)
    assert send(endpoint, now, BODY, **dict.fromkeys(signed, "x")).status_code == 401
    item = Quarantined.objects.get()
    assert (item.code, item.owner, item.state) == ("bad_signature", cast.mia, "waiting")
    assert send(endpoint, now, BODY, **signed).status_code == 202
    assert send(endpoint, now, BODY).status_code == 401
    read_all(now)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.times) == ("done", 3)
    item.refresh_from_db()
    assert (item.state, item.lead) == ("taken_in", Lead.objects.get())
    assert send(endpoint, now, BODY).status_code == 401
    assert Delivery.objects.get().state == "done"


def test_a_visitor_who_is_asked_to_wait_keeps_what_was_typed(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "salesforce")
    body = b"last_name=%3CBrandt%3E&email=kim%40brandt.example"
    for number in range(MOST_POSTS):
        assert send(endpoint, now, body + f"&n={number}".encode(), FORM).status_code == 200
    answer = send(endpoint, now, body, FORM)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    page = answer.content.decode()
    assert 'name="last_name" value="&lt;Brandt&gt;"' in page
    assert f'action="{path_of(endpoint)}"' in page


def test_deliveries_are_never_deleted(cast: Cast, now: datetime) -> None:
    send(made(cast.mia, now, "typeform"), now, BODY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.get().delete()


def test_a_web_to_lead_form_changes_only_its_address(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "salesforce")
    there = "https://www.acme.example/thanks"
    body = b"oid=1&email=kim%40brandt.example&last_name=Brandt&retURL="
    answer = send(endpoint, now, body + there.encode(), FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, there)
    for bad in (b"javascript:alert(1)", b"//evil.example", b"https://a@evil.example", b"\x00"):
        assert send(endpoint, now, body + bad, FORM).status_code == 200
    answer = send(endpoint, now, body + b"&debug=1", FORM)
    assert b"last_name: Brandt" in answer.content
    read_all(now)
    assert Lead.objects.get().person.last_name == "Brandt"


def test_a_page_of_another_site_may_send_to_the_forms_api(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "hubspot_form")
    answer = Client().options(path_of(endpoint))
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    answer = send(endpoint, now, b'{"fields": [{"name": "email", "value": "a@b.example"}]}')
    assert (answer.status_code, "inlineMessage" in answer.json()) == (200, True)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["typeform/none/", "nobody/none/", "typeform/%00/"])
def test_an_unknown_address_is_not_found(cast: Cast, path: str) -> None:
    answer = Client().post(f"/api/v1/intake/{path}", BODY, content_type=JSON)
    assert answer.status_code == 404
    assert not Delivery.objects.exists()


def test_a_closed_address_receives_nothing(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "typeform")
    close_endpoint(endpoint_id=endpoint.pk, actor=cast.mia, now=now)
    assert send(endpoint, now, BODY).status_code == 404
    with pytest.raises(DomainError) as refusal:
        close_endpoint(endpoint_id=endpoint.pk, actor=cast.sam, now=now)
    assert refusal.value.status == 403
