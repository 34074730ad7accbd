"""Own fields on the way in: held to their types at every door, judged by at once, and shown."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.definition.fields import add_field, retire_field
from leads.handoff.models import Lead
from tests.api import Api, assert_problem
from tests.leads.intake.test_entry import enter
from tests.leads.intake.test_form import send
from tests.pages import Browser

pytestmark = pytest.mark.django_db
SENT = {"email": "jo@acme.example", "source": "fair", "company": "Acme"}


@pytest.fixture(autouse=True)
def fields(cast: Cast, now: datetime) -> None:
    cache.clear()
    add_field(actor=cast.olu, now=now, key="budget", label="Yearly budget", type="number")
    add_field(
        actor=cast.olu, now=now, key="plant", label="Their plant", type="choice",
        choices=["Own", "Rented"], on_forms=True,
    )  # fmt: skip


def test_a_program_sends_own_fields_and_they_are_kept_as_their_type(
    cast: Cast, now: datetime
) -> None:
    api = Api(cast.mia, now)
    made = api.post("leads/", {**SENT, "attributes": {"budget": "1200", "plant": "own", "x": "y"}})
    assert made.json()["attributes"] == {"budget": 1200, "plant": "Own", "x": "y"}
    page = unescape(Browser(cast.mia, now).get(f"/leads/{made.json()['ref']}/"))
    assert "<dt>Yearly budget</dt><dd><bdi>1200</bdi></dd>" in page


def test_a_value_of_another_type_is_refused_by_name(cast: Cast, now: datetime) -> None:
    answer = Api(cast.mia, now).post(
        "leads/", {**SENT, "attributes": {"budget": "a lot", "plant": "leased"}}
    )
    problem = assert_problem(answer, 400, "invalid", "attributes.budget", "attributes.plant")
    assert problem["errors"]["attributes.plant"] == ["Choose one of: Own, Rented."]
    assert not Lead.objects.exists()


def test_the_description_of_the_api_names_the_fields(cast: Cast, now: datetime) -> None:
    told = Api(cast.mia, now).get("schema/", format="json").json()
    lead = told["components"]["schemas"]["LeadBody"]["properties"]["attributes"]
    assert lead["properties"] == {
        "budget": {"type": "number", "title": "Yearly budget"},
        "plant": {"type": "string", "title": "Their plant", "enum": ["Own", "Rented"]},
    }


def test_a_marketer_is_asked_for_every_field(cast: Cast, now: datetime) -> None:
    answer, page = enter(cast.mia, now, own_budget="much", own_plant="Own")
    assert answer.status_code == 422
    assert "Give a number, such as 250 or 12.5." in page
    assert 'value="much"' in page
    enter(cast.mia, now, own_budget="12.5", own_plant="Rented")
    assert Lead.objects.get().attributes == {"budget": 12.5, "plant": "Rented"}


def test_a_visitor_is_asked_only_for_what_is_on_forms(cast: Cast, now: datetime) -> None:
    answer = send(Client(), now, own_plant="Own", own_budget="5")
    assert answer.status_code == 302
    assert Lead.objects.get().attributes == {"plant": "Own"}


def test_a_retired_field_is_no_longer_asked_but_still_named(cast: Cast, now: datetime) -> None:
    enter(cast.mia, now, own_budget="12.5")
    retire_field(key="budget", actor=cast.olu, now=now)
    assert "Yearly budget" not in Browser(cast.mia, now).get("/handoffs/new/")
    page = Browser(cast.mia, now + timedelta(hours=1)).get(f"/leads/{Lead.objects.get().ref}/")
    assert "<dt>Yearly budget</dt>" in page
