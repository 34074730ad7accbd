"""Backtests on their pages and in the API: who may, what is shown, and what is kept from whom."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.documents import propose, sign
from leads.definition.life import DEFINITION
from leads.definition.models import DefinitionVersion
from leads.trials.actions import ask_backtest, run_backtest
from leads.trials.disagreement import disagreement
from leads.trials.known import Window
from leads.trials.models import Backtest
from tests.api import Api, assert_problem
from tests.leads.handoff import scenes
from tests.leads.handoff.conftest import SignedIn, at_now, signed_in
from tests.leads.trials.test_backtest import STRICT
from tests.leads.trials.test_disagreement import decisions

__all__ = ["at_now", "signed_in"]
DAY = timedelta(days=1)


@pytest.fixture
def draft(cast: Cast) -> DefinitionVersion:
    """A stricter definition that Ana drafts."""
    active = DefinitionVersion.objects.get(state="active")
    return DefinitionVersion.objects.create(
        version=active.version + 1, content=STRICT, based_on=active, drafted_by=cast.ana
    )


def tried(draft: DefinitionVersion, cast: Cast, now: datetime) -> Backtest:
    backtest = ask_backtest(document_id=draft.pk, actor=cast.ana, now=now)
    run_backtest(backtest_id=backtest.pk, now=now)
    return Backtest.objects.get(pk=backtest.pk)


def test_a_head_asks_on_the_page_and_reads_what_would_be_missed(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    lead = scenes.won(cast, now - DAY, employees=30, company="Kanters & Söhne")
    browser = signed_in(cast.ana)
    assert "Nothing was tried yet." in browser.get("/definition/backtests/").content.decode()
    answer = browser.post(f"/definition/{draft.version}/backtest/", {"days": "30"})
    backtest = Backtest.objects.get()
    assert answer.headers["Location"] == f"/definition/backtests/{backtest.pk}/"
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "Waits for a worker" in page
    run_backtest(backtest_id=backtest.pk, now=now)
    page = browser.get(answer.headers["Location"]).content.decode()
    assert f'href="/leads/{lead.ref}/"><bdi>Kanters &amp; Söhne</bdi>' in page
    assert "No lead would qualify: 0 of 1." in page
    assert backtest.since == now - 30 * DAY


def test_what_cannot_be_asked_is_said_and_nothing_is_begun(
    cast: Cast, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    answer = signed_in(cast.ana).post(f"/definition/{draft.version}/backtest/", {"days": "soon"})
    assert answer.status_code == 400
    assert "Choose 1 to 3,650 days." in answer.content.decode()
    assert not Backtest.objects.exists()


def test_a_seller_has_no_backtests_and_a_marketer_none_of_a_draft(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    backtest = tried(draft, cast, now)
    url = f"/definition/backtests/{backtest.pk}/"
    assert signed_in(cast.sam).get("/definition/backtests/").status_code == 403
    assert signed_in(cast.sam).get(url).status_code == 404
    assert signed_in(cast.mia).get(url).status_code == 404
    assert signed_in(cast.ana).get(url).status_code == 200


def test_no_leads_and_a_failure_are_said_in_words(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    backtest = tried(draft, cast, now)
    url = f"/definition/backtests/{backtest.pk}/"
    assert "No leads in this time." in signed_in(cast.ana).get(url).content.decode()
    failed = ask_backtest(document_id=draft.pk, actor=cast.ana, now=now)
    Backtest.objects.filter(pk=failed.pk).update(state="failed", error="It went wrong.")
    page = signed_in(cast.ana).get(f"/definition/backtests/{failed.pk}/").content.decode()
    assert "It went wrong." in page


def test_a_draft_that_decides_nothing_is_warned_of_before_it_is_proposed(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    scenes.won(cast, now - DAY, employees=30)
    browser, here = signed_in(cast.ana), f"/definition/v{draft.version}/"
    assert "was not tried on past leads" in browser.get(here).content.decode()
    tried(draft, cast, now)
    assert "No lead would qualify: 0 of 1." in browser.get(here).content.decode()
    told = browser.get(f"/api/v1/definitions/{draft.pk}/").json()
    assert told["caution"] == "No lead would qualify: 0 of 1."
    assert browser.post(f"{here}propose/").status_code == 409
    api = Api(cast.ana, now)
    refused = api.post(f"definitions/{draft.pk}/propose/")
    assert_problem(refused, 409, "not_confirmed", "acknowledged")
    assert refused.json()["caution"] == "No lead would qualify: 0 of 1."
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert browser.post(f"{here}propose/", {"acknowledged": "yes"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "proposed"
    api.post(f"definitions/{draft.pk}/withdraw/")
    answer = api.post(f"definitions/{draft.pk}/propose/", {"acknowledged": True})
    assert answer.json()["state"] == "proposed"


def test_an_edited_text_has_to_be_tried_again(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    backtest = tried(draft, cast, now)
    url = f"/definition/backtests/{backtest.pk}/"
    assert "The text was edited since." not in signed_in(cast.ana).get(url).content.decode()
    DefinitionVersion.objects.filter(pk=draft.pk).update(
        content={**STRICT, "thresholds": {"fit": 20, "interest": 15}}
    )
    assert "The text was edited since." in signed_in(cast.ana).get(url).content.decode()


def call(client: Client, url: str, body: Any) -> Any:
    return client.post(f"/api/v1/{url}", body, content_type="application/json")


def test_the_api_answers_at_once_where_the_result_will_be(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    lead = scenes.won(cast, now - DAY, employees=30)
    browser = signed_in(cast.ana)
    answer = call(browser, f"definitions/{draft.pk}/backtest/", {"days": 30})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["state"], told["result"]) == ("waiting", None)
    assert answer.headers["Location"] == told["url"]
    run_backtest(backtest_id=told["id"], now=now)
    told = browser.get(told["url"]).json()
    assert told["state"] == "done"
    assert told["result"]["wins_missed"] == {"leads": 1, "value": 4800.0, "refs": [lead.ref]}
    assert told["warning"] == "No lead would qualify: 0 of 1."


def test_the_api_refuses_a_seller_and_bad_input(
    cast: Cast, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    active = DefinitionVersion.objects.get(state="active")
    assert call(signed_in(cast.sam), f"definitions/{active.pk}/backtest/", {}).status_code == 403
    assert call(signed_in(cast.mia), f"definitions/{draft.pk}/backtest/", {}).status_code == 404
    answer = call(signed_in(cast.ana), f"definitions/{draft.pk}/backtest/", {"days": 0})
    assert answer.status_code == 400
    assert "days" in answer.json()["errors"]
    assert not Backtest.objects.exists()


def test_a_head_drafts_the_rule_that_sales_goes_by(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=500, hidden=True)
    browser = signed_in(cast.max)
    told = browser.get("/api/v1/reports/disagreement/").json()
    assert (told["splits"][0]["field"], told["splits"][0]["value"]) == ("employees", 50)
    page = browser.get("/reports/disagreement/").content.decode()
    key = re.findall(r'name="split" value="([0-9a-f]+)"', page)[0]
    assert browser.post("/reports/disagreement/", {"split": key}).status_code == 302
    draft = DefinitionVersion.objects.get(state="draft")
    size = next(one for one in draft.content["criteria"] if one["id"] == "size")
    assert size["value"] == 50
    assert "Number of people is 50 or more" in draft.note


def test_a_marketer_reads_the_disagreement_and_drafts_nothing(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    decisions(cast, now, number=500, hidden=True)
    key = disagreement(Window(now - 90 * DAY, now)).splits[0].key
    browser = signed_in(cast.mia)
    assert "Propose this change" not in browser.get("/reports/disagreement/").content.decode()
    assert browser.post("/reports/disagreement/", {"split": key}).status_code == 403
    assert not DefinitionVersion.objects.filter(state="draft").exists()
    assert signed_in(cast.sam).get("/reports/disagreement/").status_code == 403


def test_where_nothing_was_decided_the_report_says_so(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.ana).get("/reports/disagreement/").content.decode()
    assert "Nothing that chance could not have done." in page


def test_a_draft_shows_on_its_own_page_how_its_trial_stands(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    lead = scenes.won(cast, now - DAY, employees=30, company="Kanters")
    browser, here = signed_in(cast.ana), f"/definition/v{draft.version}/"
    page = browser.get(here).content.decode()
    assert "This text was not tried yet." in page
    assert f'action="/definition/{draft.version}/backtest/"' in page
    backtest = ask_backtest(document_id=draft.pk, actor=cast.ana, now=now)
    page = browser.get(here).content.decode()
    assert "Waits for a worker" in page
    assert f'data-live-url="/definition/backtests/{backtest.pk}/"' in page
    assert "Try again" not in page
    run_backtest(backtest_id=backtest.pk, now=now)
    page = browser.get(here).content.decode()
    assert f'href="/leads/{lead.ref}/"><bdi>Kanters</bdi>' in page
    assert "Try again" in page
    DefinitionVersion.objects.filter(pk=draft.pk).update(
        content={**STRICT, "thresholds": {"fit": 20, "interest": 15}}
    )
    assert "The text was edited since." in browser.get(here).content.decode()


def test_a_failed_trial_is_said_on_the_page_of_the_draft(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    failed = ask_backtest(document_id=draft.pk, actor=cast.ana, now=now)
    Backtest.objects.filter(pk=failed.pk).update(state="failed", error="It went wrong.")
    page = signed_in(cast.ana).get(f"/definition/v{draft.version}/").content.decode()
    assert "It went wrong." in page
    assert "Try again" in page


def test_each_signature_shows_the_result_that_lay_before_it(
    cast: Cast, now: datetime, signed_in: SignedIn, draft: DefinitionVersion
) -> None:
    scenes.won(cast, now - DAY, employees=30)
    here = f"/definition/v{draft.version}/"
    proposed = propose(DEFINITION, document_id=draft.pk, actor=cast.ana, now=now)
    text = proposed.content_hash
    sign(DEFINITION, document_id=draft.pk, actor=cast.max, now=now, signed_hash=text)
    backtest = tried(draft, cast, now + timedelta(minutes=1))
    later = now + timedelta(minutes=5)
    page = signed_in(cast.ana).get(here).content.decode()
    assert f"{cast.max} for sales</bdi></b>: no backtest of this text was done by then" in page
    assert f"{cast.ana} for marketing" not in page
    sign(DEFINITION, document_id=draft.pk, actor=cast.ana, now=later, signed_hash=text)
    page = signed_in(cast.mia).get("/definition/").content.decode()
    assert f"{cast.ana} for marketing</bdi></b>: 0 of 1 leads would qualify, 1 win missed" in page
    assert f'href="/definition/backtests/{backtest.pk}/">backtest of 25 Aug to 23 Nov 2026' in page
    assert "This text was not tried yet." not in page
    assert "would qualify" not in signed_in(cast.sam).get("/definition/").content.decode()
