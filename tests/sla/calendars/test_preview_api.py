"""The preview over HTTP: answers, refusals by field and code, and nobody without a key."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.keys import make_key

URL = "/api/v1/calendars/preview/"
WEEKLY = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
CALENDAR = {"timezone": "Europe/London", "weekly": WEEKLY, "holidays": ["2025-11-24"]}
BODY = {"calendar": CALENDAR, "start": "2025-11-21T16:30:00Z", "seconds": 3600}

Ask = Callable[[object], Any]


@pytest.fixture
def ask(client: Client, cast: Cast, now: datetime) -> Ask:
    """Sam asks with a key that may write."""
    key = make_key(user=cast.sam, name="preview", scope="write", now=now)
    headers = {"Authorization": f"Bearer {key}"}

    def post(body: object) -> Any:
        return client.post(URL, json.dumps(body), "application/json", headers=headers)

    return post


def test_a_due_time_is_answered_with_its_steps(ask: Ask) -> None:
    answer = ask(BODY)
    assert answer.status_code == 200
    assert json.loads(answer.content) == {
        "due": "2025-11-25T09:30:00Z",
        "steps": [
            {
                "from": "2025-11-21T16:30:00Z",
                "to": "2025-11-21T17:00:00Z",
                "counted_seconds": 1800,
                "why": "Working hours, Fri 21 Nov 09:00–17:00",
            },
            {
                "from": "2025-11-21T17:00:00Z",
                "to": "2025-11-24T00:00:00Z",
                "counted_seconds": 0,
                "why": "Closed: night, weekend",
            },
            {
                "from": "2025-11-24T00:00:00Z",
                "to": "2025-11-25T00:00:00Z",
                "counted_seconds": 0,
                "why": "Holiday",
            },
            {
                "from": "2025-11-25T00:00:00Z",
                "to": "2025-11-25T09:00:00Z",
                "counted_seconds": 0,
                "why": "Closed: night",
            },
            {
                "from": "2025-11-25T09:00:00Z",
                "to": "2025-11-25T09:30:00Z",
                "counted_seconds": 1800,
                "why": "Working hours, Tue 25 Nov 09:00–17:00",
            },
        ],
    }


def test_an_end_is_answered_with_the_elapsed_time_less_the_pauses(ask: Ask) -> None:
    until = {
        "calendar": CALENDAR,
        "start": "2025-11-21T15:00:00Z",
        "end": "2025-11-21T18:00:00+01:00",
    }
    assert json.loads(ask(until).content)["elapsed_seconds"] == 7200
    pauses = [["2025-11-21T15:30:00Z", "2025-11-21T16:00:00Z"]]
    answer = json.loads(ask({**until, "pauses": pauses}).content)
    assert answer["elapsed_seconds"] == 5400
    assert [step["why"] for step in answer["steps"]][1] == "Paused"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"calendar": None}, "invalid_schedule", "calendar"),
        ({"calendar": {**CALENDAR, "weekly": {"montag": []}}}, "invalid_schedule", "weekly"),
        ({"calendar": {**CALENDAR, "timezone": "Mars"}}, "invalid_timezone", "timezone"),
        ({"calendar": {**CALENDAR, "weekly": {}}}, "no_working_time", "calendar"),
        ({"seconds": -1}, "invalid_amount", "seconds"),
        ({"seconds": "3600"}, "invalid_amount", "seconds"),
        ({"seconds": True}, "invalid_amount", "seconds"),
        ({"seconds": 10**40}, "invalid_amount", "seconds"),
        ({"seconds": None}, "invalid", "seconds"),
        ({"end": "2025-11-22T00:00:00Z"}, "invalid", "seconds"),
        ({"start": "2025-11-21T16:30:00"}, "invalid", "start"),
        ({"start": "tomorrow"}, "invalid", "start"),
        ({"start": 1763742600}, "invalid", "start"),
        ({"end": "2025-11-22", "seconds": None}, "invalid", "end"),
        ({"pauses": [["2025-11-22T00:00:00Z"]]}, "invalid", "pauses"),
        ({"pauses": [["2025-11-22T00:00:00Z", "2025-11-21T00:00:00Z"]]}, "invalid", "pauses"),
        ({"pauses": "none"}, "invalid", "pauses"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(
    ask: Ask, change: dict[str, Any], code: str, field: str
) -> None:
    answer = ask({**BODY, **change})
    problem = json.loads(answer.content)
    assert (answer.status_code, problem["code"]) == (400, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize("body", [None, [], "x", 7])
def test_a_body_that_is_no_object_is_refused(ask: Ask, body: object) -> None:
    assert (ask(body).status_code, json.loads(ask(body).content)["code"]) == (400, "invalid")


def test_every_wrong_field_is_told_at_once(ask: Ask) -> None:
    problem = json.loads(ask({"pauses": [7]}).content)
    assert set(problem["errors"]) == {"start", "seconds", "pauses"}


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_are_refused(ask: Ask, start: str) -> None:
    answer = ask({**BODY, "start": start})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "invalid_amount")


def test_nobody_asks_without_a_key(client: Client, db: None) -> None:
    answer = client.post(URL, json.dumps(BODY), "application/json")
    assert answer.status_code == 401
    assert "due" not in json.loads(answer.content)
