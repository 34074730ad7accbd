"""Who keeps the addresses, on pages and in the API, and which addresses are refused."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.models import EVENTS, Webhook, WebhookDelivery
from leadbridge.outbox.webhooks.sending import send_waiting
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import MINUTE, captured
from tests.outbox.webhooks.conftest import Program, registered
from tests.pages import Browser

GOOD = {"name": "CRM", "url": "https://8.8.8.8/hooks", "events": ["lead.accepted"]}
PAGES = ("/settings/webhooks/", "/settings/webhooks/new/", "/settings/webhooks/{}/")


@pytest.mark.parametrize(
    ("wrong", "field", "cure"),
    [
        ({"url": "https://10.0.0.7/x"}, "url", "private network"),
        ({"url": "https://169.254.169.254/latest"}, "url", "private network"),
        ({"url": "https://[::1]/"}, "url", "private network"),
        ({"url": "https://[::ffff:10.0.0.7]/"}, "url", "private network"),
        ({"url": "https://[64:ff9b::a00:7]/"}, "url", "private network"),
        ({"url": "https://[2002:a00:7::]/"}, "url", "private network"),
        ({"url": "https://224.0.0.1/"}, "url", "private network"),
        ({"url": "https://localhost/"}, "url", "private network"),
        ({"url": "http://8.8.8.8/"}, "url", "Only https"),
        ({"url": "https://me:secret@8.8.8.8/"}, "url", "Leave name and password out"),
        ({"url": "ftp://8.8.8.8/"}, "url", "whole address"),
        ({"url": "https://8.8.8.8:99999/"}, "url", "whole address"),
        ({"url": "https://no such host/"}, "url", "whole address"),
        ({"url": "https://nobody.invalid/"}, "url", "No such host"),
        ({"name": " "}, "name", ""),
        ({"events": []}, "events", "at least one"),
        ({"events": ["lead.sold"]}, "events", "no event lead.sold"),
    ],
)
def test_a_bad_address_is_refused_at_its_field_and_nothing_is_kept(
    cast: Cast, now: datetime, wrong: dict[str, object], field: str, cure: str
) -> None:
    answer = Api(cast.olu, now).post("webhooks/", {**GOOD, **wrong})
    assert_problem(answer, 400, "invalid", field)
    assert cure in answer.json()["errors"][field][0]
    assert not Webhook.objects.exists()


def test_the_api_registers_changes_tests_and_lets_go_again(
    cast: Cast, now: datetime, program: Program
) -> None:
    api = Api(cast.olu, now)
    made = api.post("webhooks/", {**GOOD, "url": program.url})
    assert made.status_code == 201
    number, secret = made.json()["id"], made.json()["secret"]
    assert secret.startswith("whsec_")
    assert "secret" not in api.get(f"webhooks/{number}/").json()
    assert [row["id"] for row in api.get("webhooks/").json()["results"]] == [number]
    test = api.post(f"webhooks/{number}/test/")
    assert (test.status_code, test.json()["state"]) == (201, "waiting")
    program.answers = [(200, "ok")]
    send_waiting(now=now + MINUTE)
    [row] = api.get(f"webhooks/{number}/deliveries/", state="delivered").json()["results"]
    assert (row["webhook_id"], row["status"], row["answer"]) == (
        program.calls[0][0]["webhook-id"], 200, "ok",
    )  # fmt: skip
    again = api.post(f"webhooks/{number}/replay/", {"deliveries": [row["id"]]})
    assert again.json() == {"replayed": 1}
    assert api.post(f"webhooks/{number}/rotate/").json()["secret"] != secret


@pytest.mark.parametrize("who", ["mia", "sam", "max"])
def test_all_but_administrators_are_kept_out(
    cast: Cast, now: datetime, program: Program, who: str
) -> None:
    number = registered(cast, now, program.url).pk
    api = Api(getattr(cast, who), now)
    for call in ("replay/", "rotate/", "test/"):
        assert_problem(api.post(f"webhooks/{number}/{call}"), 403, "forbidden")
    assert_problem(api.post("webhooks/", GOOD), 403, "forbidden")
    assert_problem(api.get("webhooks/"), 403, "forbidden")
    browser = Browser(getattr(cast, who), now)
    for page in PAGES:
        browser.get(page.format(number), status=403)
    for what in ("test", "stop", "start", "replay", "rotate"):
        browser.post(f"/settings/webhooks/{number}/{what}/", 403)
    assert (Webhook.objects.count(), WebhookDelivery.objects.count()) == (1, 0)


def test_an_administrator_registers_on_the_page_and_sees_the_secret_once(
    cast: Cast, now: datetime, program: Program
) -> None:
    olu = Browser(cast.olu, now)
    assert "No program is told anything yet" in olu.get("/settings/webhooks/")
    typed = {"name": "<b>CRM</b>", "url": program.url, "events": "lead.captured"}
    there = olu.post("/settings/webhooks/new/", **typed)
    webhook = Webhook.objects.get()
    first, second = olu.get(there), olu.get(there)
    assert webhook.secret in first
    assert webhook.secret not in second
    assert "&lt;b&gt;CRM" in second
    captured(cast, now)
    program.answers = [(500, "<script>")]
    send_waiting(now=now + MINUTE)
    shown = olu.get(there)
    assert "lead.captured" in shown
    assert "waiting" in shown
    wrong = olu.post("/settings/webhooks/new/", 422, name="X", url="nonsense", events="lead.closed")
    assert "whole address" in wrong
    assert Webhook.objects.count() == 1


def test_a_stopped_one_is_told_again_when_it_is_started(
    cast: Cast, now: datetime, program: Program
) -> None:
    number = registered(cast, now, program.url, events=["lead.captured"]).pk
    olu = Browser(cast.olu, now)
    olu.post(f"/settings/webhooks/{number}/stop/")
    captured(cast, now)
    assert WebhookDelivery.objects.count() == 0
    olu.post(f"/settings/webhooks/{number}/start/")
    captured(cast, now)
    assert WebhookDelivery.objects.count() == 1


def test_there_is_an_event_for_each_name_of_the_contract() -> None:
    assert list(EVENTS) == [
        "lead.captured", "lead.submitted", "lead.accepted", "lead.rejected", "lead.touched",
        "lead.closed", "clock.at_risk", "clock.breached", "clock.escalated",
    ]  # fmt: skip


def test_an_unknown_number_is_not_found(
    cast: Cast, now: datetime, client: Client, settings: Any
) -> None:
    for number in ("999999", "x"):
        assert_problem(Api(cast.olu, now).get(f"webhooks/{number}/"), 404, "not_found")
    Browser(cast.olu, now).get("/settings/webhooks/999999/", status=404)
