"""What a criterion asks of a person: answered with initials, kept, and judged again."""

from datetime import datetime
from html import unescape
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from tests.api import Api, assert_problem
from tests.leads.intake.test_entry import enter
from tests.pages import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(cast: Cast, now: datetime) -> Lead:
    """Asked for a demo, but nobody knows how large the company is."""
    enter(cast.mia, now, employees="")
    found = Lead.objects.get()
    assert found.verdict == "unknown"
    return found


def test_a_marketer_answers_and_the_lead_is_judged_again(
    cast: Cast, now: datetime, lead: Lead
) -> None:
    mia = Browser(cast.mia, now)
    assert "Fill in what is asked" in mia.get(f"/leads/{lead.ref}/")
    assert 'name="fact_employees"' in mia.get(f"/leads/{lead.ref}/attest/")
    mia.post(f"/leads/{lead.ref}/attest/", fact_employees="240", initials="MK")
    lead.refresh_from_db()
    assert (lead.employees, lead.verdict, lead.stage) == (240, "yes", "captured")
    event = lead.events.get(action="attest")
    assert event.actor == cast.mia
    assert event.data == {"fields": ["employees"], "initials": "MK", "verdict": "yes"}
    page = unescape(mia.get(f"/leads/{lead.ref}/"))
    assert "answered what the definition asks, signed MK" in page
    assert "Company has 240 people" in page


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ({"fact_employees": "many", "initials": "MK"}, "Give a whole number"),
        ({"fact_employees": "240", "initials": "1"}, "Sign with your initials"),
        ({"fact_employees": "", "initials": "MK"}, "Answer one of: employees"),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused_and_stays_typed(
    cast: Cast, now: datetime, lead: Lead, typed: dict[str, str], cure: str
) -> None:
    page = unescape(Browser(cast.mia, now).post(f"/leads/{lead.ref}/attest/", 422, **typed))
    assert cure in page
    assert f'value="{typed["initials"]}"' in page
    lead.refresh_from_db()
    assert (lead.employees, lead.verdict) == (None, "unknown")
    assert not lead.events.filter(action="attest").exists()


def test_a_program_answers_by_name(cast: Cast, now: datetime, lead: Lead) -> None:
    api, url = Api(cast.mia, now), f"leads/{lead.ref}/attest/"
    body: dict[str, Any] = {"initials": "MK", "facts": {"employees": 5}}
    assert_problem(api.post(url, {**body, "facts": {"title": "x"}}), 400, "invalid", "title")
    assert_problem(Api(cast.nora, now).post(url, body), 404, "not_found")
    assert_problem(Api(cast.olu, now).post(url, body), 403, "forbidden")
    told = api.post(url, body).json()
    assert told["qualification"]["verdict"] == "no"
    assert_problem(api.post(url, body), 409, "not_allowed")
