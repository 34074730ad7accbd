"""The shared cases, reckoned here and asked over the API, to the second."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.keys import make_key
from sla.calendars.arithmetic import BusinessCalendar, Pause, due, elapsed
from sla.calendars.explain import explain_due, explain_elapsed
from tests.sla.calendars.samples import case_content, case_params, shared_cases

instant = datetime.fromisoformat


def pauses_of(case: dict[str, Any]) -> list[Pause]:
    return [(instant(begin), instant(end)) for begin, end in case.get("pauses", [])]


@pytest.mark.parametrize("case", case_params())
def test_a_shared_case_is_answered_to_the_second(case: dict[str, Any]) -> None:
    start, pauses = instant(case["start_utc"]), pauses_of(case)
    if "expected_error" in case:
        with pytest.raises(DomainError) as caught:
            due(BusinessCalendar.from_content(case_content(case)), start, case["work_seconds"])
        assert caught.value.code == case["expected_error"].lower()
        return
    calendar = BusinessCalendar.from_content(case_content(case))
    if "work_seconds" in case:
        expected = instant(case["expected_due_utc"])
        assert due(calendar, start, case["work_seconds"], pauses) == expected
        assert elapsed(calendar, start, expected, pauses) == case["work_seconds"]
        steps = explain_due(calendar, start, case["work_seconds"], pauses)
        assert (steps[0].from_, steps[-1].to) == (start, expected)
        assert sum(step.counted_seconds for step in steps) == case["work_seconds"]
    else:
        end = instant(case["end_utc"])
        assert elapsed(calendar, start, end, pauses) == case["expected_seconds"]
        steps = explain_elapsed(calendar, start, end, pauses)
        assert sum(step.counted_seconds for step in steps) == case["expected_seconds"]


@pytest.mark.skipif(not shared_cases(), reason="the shared cases are not beside the checkout")
def test_the_api_answers_every_shared_case(client: Client, cast: Cast, now: datetime) -> None:
    key = make_key(user=cast.sam, name="cases", scope="write", now=now)
    wrong = {}
    for case in shared_cases():
        body = {"calendar": case_content(case), "start": case["start_utc"]}
        body |= {"pauses": case["pauses"]} if "pauses" in case else {}
        body |= (
            {"seconds": case["work_seconds"]}
            if "work_seconds" in case
            else {"end": case["end_utc"]}
        )
        answer = client.post(
            "/api/v1/calendars/preview/",
            body,
            "application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
        if not _is_expected(case, answer.status_code, answer.json()):
            wrong[case["id"]] = answer.content
    assert wrong == {}


def _is_expected(case: dict[str, Any], status: int, answer: dict[str, Any]) -> bool:
    if "expected_error" in case:
        return (status, answer["code"]) == (400, case["expected_error"].lower())
    counted = sum(step["counted_seconds"] for step in answer["steps"])
    if "work_seconds" in case:
        found = (answer["due"], answer["steps"][-1]["to"], counted)
        return bool(found == (case["expected_due_utc"],) * 2 + (case["work_seconds"],))
    return bool(answer["elapsed_seconds"] == counted == case["expected_seconds"])
