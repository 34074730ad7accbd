"""The marketer's own entry page: who may open it, and what it says became of the lead."""

from datetime import datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.actions import accept_lead, nurture_lead
from leads.handoff.models import Lead, Remark
from leads.intake.actions import take_in
from leads.routing.models import Turn
from tests.leads.intake.naughty import NAUGHTY
from tests.leads.intake.test_cleaning import read

URL = "/handoffs/new/"
MET = {
    "first_name": "Jo", "last_name": "Doe", "email": "jo@acme.example", "company": "Acme",
    "country": "DE", "employees": "240", "request": "demo", "source": "fair", "value": "1250.50",
}  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def enter(user: User, now: datetime, **fields: Any) -> tuple[Any, str]:
    """Send the page as this person; the answer, and what the page says after it."""
    with time_machine.travel(now, tick=False):
        client = client_of(user)
        answer: Any = client.post(URL, {**MET, **fields})
        page = client.get(answer.url) if answer.status_code == 302 else answer
    return answer, unescape(page.content.decode())


def test_a_marketer_reads_to_whom_a_qualified_lead_was_handed(cast: Cast, now: datetime) -> None:
    Turn.objects.create(team=cast.emea, last=cast.dora)
    _, page = enter(cast.mia, now)
    lead = Lead.objects.get()
    assert "Meets the definition: handed to Sam Okafor." in page
    assert f'href="/leads/{lead.ref}/"' in page
    assert (lead.origin, lead.marketer, lead.stage) == ("marketer", cast.mia, "submitted")
    assert lead.events.get(action="capture").actor == cast.mia
    assert lead.events.get(action="submit").actor is None


def test_a_marketer_reads_what_is_missing(cast: Cast, now: datetime) -> None:
    _, page = enter(cast.ana, now, employees="")
    assert "Waits for your triage: Cannot tell yet; still to be asked: number of people." in page
    assert Lead.objects.get().marketer == cast.ana


def test_a_marketer_reads_that_the_person_was_known(cast: Cast, now: datetime) -> None:
    enter(cast.mia, now)
    lead = Lead.objects.get()
    assert lead.holder is not None
    _, page = enter(cast.ana, now, email="JO@acme.example", company="Acme Inc", phone="030 901820")
    assert "Jo Doe has an open lead already, and this was added to it." in page
    assert f"handed to {lead.holder}" in page
    lead = Lead.objects.select_related("person").get()
    assert (lead.company, lead.person.phone) == ("Acme", "+4930901820")
    assert "company: Acme Inc" in Remark.objects.get(event__action="join", kind="note").text


@pytest.mark.parametrize("who", ["sam", "max", "nora", "olu"])
def test_nobody_else_enters_leads(cast: Cast, now: datetime, who: str) -> None:
    client = client_of(getattr(cast, who))
    for answer in (client.get(URL), client.post(URL, MET)):
        assert answer.status_code == 403
        assert "Leads are entered by marketing." in answer.content.decode()
    assert not Lead.objects.exists()


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    assert Client().get(URL).status_code == 302
    assert Client().post(URL, MET).status_code == 302
    assert not Lead.objects.exists()


def test_a_marketer_keeps_what_was_typed_beside_every_error(cast: Cast, now: datetime) -> None:
    answer, page = enter(
        cast.mia, now, source="", email="jo@", value="1,000", company="Kept & well"
    )
    assert (answer.status_code, Lead.objects.count()) == (422, 0)
    for words in ("Say where it came from", "@-sign", "without a currency", 'value="Kept & well"'):
        assert words in page


def test_a_further_act_that_meets_the_definition_goes_to_sales_at_once(
    cast: Cast, now: datetime
) -> None:
    """In triage, and parked; but not where sales holds it already."""
    given: dict[str, Any] = {"company": "Acme", "country": "DE", "employees": 240}
    weak, strong = read(**given), read(**given, request="demo")
    how: dict[str, Any] = {"origin": "api", "marketer": cast.mia, "actor": None, "now": now}
    lead = take_in(packet=weak, **how).lead
    assert lead.stage == "captured"
    nurture_lead(lead_id=lead.pk, actor=cast.mia, now=now, review_on=now.date().replace(month=12))
    assert take_in(packet=weak, **how).lead.stage == "nurturing"
    taken = take_in(packet=strong, **how)
    assert (taken.joined, taken.lead.pk, taken.lead.stage) == (True, lead.pk, "submitted")
    assert taken.lead.holder is not None
    accept_lead(lead_id=lead.pk, actor=taken.lead.holder, now=now)
    assert take_in(packet=strong, **how).lead.stage == "accepted"
    assert Lead.objects.count() == 1


def test_the_entry_page_breaks_on_no_naughty_string(cast: Cast, now: datetime) -> None:
    client = client_of(cast.mia)
    names = [*MET, "phone", "title", "industry", "campaign", "message"]
    with time_machine.travel(now, tick=False):
        for number in range(0, len(NAUGHTY), len(names)):
            texts = (NAUGHTY[number:] + NAUGHTY)[: len(names)]
            body = {
                name: text.encode(errors="replace").decode()
                for name, text in zip(names, texts, strict=True)
            }
            assert client.post(URL, body).status_code in (302, 422), body
            one = names[number % len(names)]
            assert client.post(URL, {**MET, one: body[one]}).status_code in (302, 422), body[one]
            assert client.get(URL, {"saved": body[one]}).status_code in (200, 404)
