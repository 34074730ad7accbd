"""Every provider's delivery becomes a lead with the right fields, or waits with a clear cure."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.consents import Consent
from leads.handoff.models import Lead
from leads.intake.quarantine.models import Quarantined
from leads.intake.receiving.models import Delivery
from tests.leads.intake.receiving.senders import FORM, JSON, made, read_all, send

SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "data" / "webhooks"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason=f"no samples at {SAMPLES}")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes().strip()


def take(cast: Cast, now: datetime, provider: str, body: bytes, kind: str = JSON) -> Delivery:
    endpoint = made(cast.mia, now, provider)
    send(endpoint, now, body, kind)
    read_all(now)
    return Delivery.objects.get()


def facts(lead: Lead) -> tuple[str, ...]:
    person = lead.person
    return (person.first_name, person.last_name, person.email, person.phone, lead.external_id)


@needs_samples
def test_the_typeform_sample(cast: Cast, now: datetime) -> None:
    take(cast, now, "typeform", sample("typeform_form_response_webhook.json"))
    lead = Lead.objects.get()
    assert facts(lead) == ("Ada", "", "ada@example.test", "", "a3a12ec67a1365927098a606107fac15")
    assert lead.attributes == {
        "city": "London", "consent": "yes", "utm_source": "ads", "user_id": "abc123456",
    }  # fmt: skip
    assert (lead.origin, lead.source, lead.marketer) == ("provider", "typeform", cast.mia)


@needs_samples
def test_the_mailchimp_sample(cast: Cast, now: datetime) -> None:
    body = sample("mailchimp_subscribe_webhook.urlencoded.txt")
    take(cast, now, "mailchimp", body, FORM)
    lead = Lead.objects.get()
    assert facts(lead)[:3] == ("Ada", "Example", "ada@example.test")
    assert lead.attributes == {"INTERESTS": "Group1,Group2"}


@needs_samples
def test_the_facebook_samples_wait_for_fields_and_then_get_them(cast: Cast, now: datetime) -> None:
    endpoint = made(cast.mia, now, "facebook")
    send(endpoint, now, sample("facebook_leadgen_webhook.json"))
    read_all(now)
    item = Quarantined.objects.get()
    assert (item.code, item.told["external_id"]) == ("fields_elsewhere", "55459717045641545")
    assert "Post what Facebook answers" in item.errors[""][0]
    assert not Lead.objects.exists()
    send(endpoint, now, sample("facebook_lead_graph_response.json"))
    read_all(now)
    lead = Lead.objects.get()
    assert facts(lead) == (
        "Asha", "Example", "asha@example.test", "+15550100001", "55459717045641545",
    )  # fmt: skip
    assert lead.attributes["which_product_are_you_interested_in?"] == "crm, analytics"
    assert lead.attributes["facebook_platform"] == "ig"
    item.refresh_from_db()
    assert (item.state, item.lead, item.settled_by) == ("taken_in", lead, None)


@needs_samples
def test_the_hubspot_sample_names_one_contact_and_waits(cast: Cast, now: datetime) -> None:
    delivery = take(cast, now, "hubspot", sample("hubspot_contact_events_webhook.json"))
    item = Quarantined.objects.get()
    assert item.told["external_id"] == "65059681032"
    assert (delivery.state, delivery.note) == ("aside", "1 of 1 in quarantine.")


PEOPLE: list[tuple[str, bytes, str, dict[str, Any]]] = [
    (
        "salesforce",
        urlencode({"oid": "00D1", "retURL": "https://a.example", "first_name": "Kim",
                   "last_name": "Brandt", "email": "kim@brandt.example", "company": "Brandt",
                   "country": "Germany", "employees": "11-50", "00N5": "Blue",
                   "description": "Call me.", "lead_source": "Web"}).encode(),
        FORM,
        {"company": "Brandt", "country": "DE", "message": "Call me.", "employees": None,
         "attributes": {"00N5": "Blue", "employees": "11-50", "lead_source": "Web"}},
    ),
    (
        "hubspot_form",
        json.dumps({"fields": [{"objectTypeId": "0-1", "name": "email",
                                "value": "kim@brandt.example"},
                               {"name": "firstname", "value": "Kim"},
                               {"name": "lastname", "value": "Brandt"},
                               {"name": "jobtitle", "value": "Head of IT"}],
                    "context": {"hutk": "abc", "pageUri": "https://a.example/x"},
                    "legalConsentOptions": {"consent": {"consentToProcess": True,
                     "text": "I agree.", "communications": [
                         {"value": True, "text": "News."}, {"value": False, "text": "Ads."}]}},
                    }).encode(),
        JSON,
        {"title": "Head of IT", "attributes": {"hutk": "abc", "page": "https://a.example/x"}},
    ),
    (
        "google",
        json.dumps({"lead_id": "G1", "form_id": 7, "campaign_id": 9, "google_key": "k",
                    "user_column_data": [
                        {"column_id": "FULL_NAME", "string_value": "Kim Brandt"},
                        {"column_id": "EMAIL", "string_value": "kim@brandt.example"},
                        {"column_id": "COMPANY_NAME", "string_value": "Brandt"},
                        {"column_name": "Which colour?", "string_value": "Red"}]}).encode(),
        JSON,
        {"company": "Brandt", "external_id": "G1", "attributes": {
            "which colour?": "Red", "google_campaign_id": "9", "google_form_id": "7"}},
    ),
    (
        "webflow",
        json.dumps({"triggerType": "form_submission", "payload": {"id": "W1", "data": {
            "First Name": "Kim", "Last Name": "Brandt", "Email": "kim@brandt.example"}}}).encode(),
        JSON,
        {"external_id": "W1", "attributes": {}},
    ),
    (
        "linkedin",
        json.dumps({"id": "L1", "formResponse": {"answers": [
            {"name": "firstName", "answerDetails": {"textQuestionAnswer": {"answer": "Kim"}}},
            {"name": "lastName", "answerDetails": {"textQuestionAnswer": {"answer": "Brandt"}}},
            {"name": "emailAddress", "answerDetails": {
                "textQuestionAnswer": {"answer": "kim@brandt.example"}}},
            {"questionId": 4, "answerDetails": {"multipleChoiceAnswer": {"options": [1, 2]}}},
        ]}}).encode(),
        JSON,
        {"external_id": "L1", "attributes": {"4": "1, 2"}},
    ),
    (
        "hubspot",
        json.dumps({"vid": 5, "properties": {"email": {"value": "kim@brandt.example"},
                    "firstname": {"value": "Kim"}, "lastname": {"value": "Brandt"}}}).encode(),
        JSON,
        {"external_id": "5", "attributes": {}},
    ),
    (
        "other", b'[{"Your name": "Kim Brandt", "E-Mail": "kim@brandt.example", "n": 3}]', JSON,
        {"attributes": {"n": "3"}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "body", "kind", "wanted"), PEOPLE, ids=[p[0] for p in PEOPLE])
def test_a_delivery_is_a_lead_with_its_fields(
    cast: Cast, now: datetime, provider: str, body: bytes, kind: str, wanted: dict[str, Any]
) -> None:
    delivery = take(cast, now, provider, body, kind)
    assert (delivery.state, bytes(delivery.raw)) == ("done", body)
    lead = Lead.objects.get()
    assert facts(lead)[:3] == ("Kim", "Brandt", "kim@brandt.example")
    assert {name: getattr(lead, name) for name in wanted} == wanted
    if provider == "hubspot_form":
        assert Consent.objects.get().text == "I agree.\nNews."


@pytest.mark.parametrize(
    ("provider", "body", "state"),
    [
        ("linkedin", b'{"leadGenFormResponse": "urn:li:leadGenFormResponse:9"}', "aside"),
        ("mailchimp", b"type=unsubscribe&data%5Bemail%5D=a%40b.example", "nothing"),
        ("google", b'{"is_test": true, "user_column_data": [{"column_id": "EMAIL"}]}', "nothing"),
        ("typeform", b"{", "aside"),
        ("facebook", b"[1]", "aside"),
        ("hubspot", b'[{"a": 1}]', "aside"),
        ("other", b'{"n": 1}', "aside"),
        ("salesforce", b"\xff\x00\xfe", "aside"),
        ("webflow", b"[" * 100_000, "aside"),
        ("google", b'{"user_column_data": [null, 1, {"string_value": {"a": []}}]}', "aside"),
    ],
)
def test_whatever_else_comes_is_kept_and_said(
    cast: Cast, now: datetime, provider: str, body: bytes, state: str
) -> None:
    delivery = take(cast, now, provider, body, FORM if b"=" in body[:9] else JSON)
    assert (delivery.state, bytes(delivery.raw)) == (state, body)
    assert not Lead.objects.exists()
    assert Quarantined.objects.count() == (state == "aside")
