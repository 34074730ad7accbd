"""Clocks in the API: what a list answers, to whom, and the arithmetic behind a due time."""

from datetime import datetime, timedelta

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.stages import Action
from sla.clocks.api import ClockAnswer, Explanation
from sla.clocks.models import Clock
from sla.clocks.states import State, state_of
from sla.clocks.sweep import sweep
from tests.api import Api, assert_problem
from tests.leads.handoff import scenes
from tests.query_counts import recorded

HOUR = timedelta(hours=1)


def test_a_clock_is_answered_with_all_that_the_contract_names(cast: Cast, now: datetime) -> None:
    lead = scenes.accepted(cast, now)
    api = Api(cast.sam, now)
    rows = api.get("clocks/", lead=lead.ref).json()["results"]
    assert {row["kind"]: row["state"] for row in rows} == {
        "triage": "met", "accept": "met", "first_touch": "running",
        "decision": "running",
    }  # fmt: skip
    assert all(set(row) == set(ClockAnswer().fields) for row in rows)
    row = api.get(f"leads/{lead.pk}/clocks/", state="running").json()["results"][0]
    clock = Clock.objects.get(lead=lead, kind="first_touch")
    assert (row["id"], row["lead"], row["holder"], row["team"], row["side"]) == (
        clock.pk, lead.pk, "sam", "emea", "sales",
    )  # fmt: skip
    assert (row["calendar"], row["agreement"]) == ("Team EMEA, version 1", 1)
    assert row["started_at"] == "2026-11-23T10:00:00Z"
    assert row["target_seconds"] == clock.target_seconds
    assert api.get(f"clocks/{clock.pk}/").json() == row


@pytest.mark.parametrize("wait", [0, 1, 5, 48])
def test_every_state_is_found_by_its_filter_and_by_no_other(
    cast: Cast, now: datetime, wait: int
) -> None:
    scenes.working(cast, now)
    scenes.rejected(cast, now)
    scenes.nurturing(cast, now)
    api = Api(cast.ana, now + wait * HOUR)
    expected = {clock.pk: state_of(clock, api.now).value for clock in Clock.objects.all()}
    found = {
        row["id"]: row["state"]
        for state in State
        for row in api.get("clocks/", state=state.value).json()["results"]
    }
    assert found == expected
    both = api.get("clocks/", state="running,overdue").json()["results"]
    assert {row["id"] for row in both} == {
        pk for pk, state in expected.items() if state in ("running", "overdue")
    }


def test_filters_find_just_what_they_say(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    scenes.pooled(cast, now)
    api = Api(cast.mia, now)
    accept = Clock.objects.get(lead=lead, kind="accept")

    def kinds(**params: str) -> list[str]:
        answer = api.get("clocks/", **params)
        assert answer.status_code == 200, answer.content
        return [row["kind"] for row in answer.json()["results"]]

    assert sorted(kinds(holder="sam")) == ["accept", "first_touch"]
    assert sorted(kinds(holder="pool")) == ["accept", "first_touch"]
    assert kinds(kind="accept", holder="sam") == ["accept"]
    assert kinds(team="americas") == []
    due = accept.due_at.isoformat()
    assert kinds(lead=str(lead.pk), kind="accept", due_before=due) == []
    later = (accept.due_at + timedelta(seconds=1)).isoformat()
    assert kinds(lead=str(lead.pk), kind="accept", due_before=later) == ["accept"]
    assert kinds(lead=lead.ref, kind="accept,triage", due_before=later.replace("+00:00", "Z"))


@pytest.mark.parametrize(
    ("params", "field"),
    [({"state": "late"}, "state"), ({"kind": "x"}, "kind"), ({"lead": "x"}, "lead"),
     ({"due_before": "2026-11-23"}, "due_before"),
     ({"due_before": "2026-02-30T00:00Z"}, "due_before"),
     ({"due": "x"}, "due"), ({"holder": "\0"}, "holder")],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(
    cast: Cast, now: datetime, params: dict[str, str], field: str
) -> None:
    assert_problem(Api(cast.mia, now).get("clocks/", **params), 400, "invalid", field)


def test_clocks_of_a_strangers_lead_do_not_exist(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    clock = Clock.objects.get(lead=lead, kind="accept")
    nora, dora = Api(cast.nora, now), Api(cast.dora, now)
    assert nora.get("clocks/").json()["results"] == []
    assert dora.get("clocks/").json()["results"] != []
    for path in (f"clocks/{clock.pk}/", f"clocks/{clock.pk}/explain/"):
        assert_problem(nora.get(path), 404, "not_found")
        assert dora.get(path).status_code == 200
    for path in ("clocks/0/", "clocks/x/", "clocks/٣/explain/", f"clocks/{'9' * 40}/"):
        assert_problem(dora.get(path), 404, "not_found")


def test_the_arithmetic_of_a_due_time_adds_up(cast: Cast, now: datetime) -> None:
    """From Monday 17:00 in Berlin over the night: nobody works then."""
    lead = scenes.submitted(cast, now + 6 * HOUR)
    clock = Clock.objects.get(lead=lead, kind="first_touch")
    body = Api(cast.sam, now).get(f"clocks/{clock.pk}/explain/").json()
    assert set(body) == set(Explanation().fields)
    steps = body["steps"]
    assert sum(step["counted_seconds"] for step in steps) == clock.target_seconds
    assert (steps[0]["from"], steps[-1]["to"]) == (body["started_at"], body["due_at"])
    assert [one["to"] for one in steps[:-1]] == [one["from"] for one in steps[1:]]
    assert any(step["counted_seconds"] == 0 and step["why"] for step in steps)


def test_a_list_costs_the_same_however_long_it_is(cast: Cast, now: datetime) -> None:
    scenes.working(cast, now)
    api = Api(cast.dora, now)
    with recorded("api clocks"):
        before = len(api.get("clocks/").json()["results"])
    scenes.opportunity(cast, now)
    with recorded("api clocks"):
        assert len(api.get("clocks/").json()["results"]) > before


def test_a_clock_tells_its_number_its_pauses_and_the_steps_taken_and_to_come(
    cast: Cast, now: datetime
) -> None:
    lead = scenes.submitted(cast, now)
    clock = Clock.objects.get(lead=lead, kind="accept")
    at = clock.due_at + timedelta(seconds=1)
    sweep(now=at)
    sweep(now=at)

    def steps(when: datetime) -> list[tuple[str, str, bool]]:
        answer = Api(cast.sam, when).get(f"clocks/{clock.pk}/").json()
        return [(step["step"], step["state"], step["at"] is None) for step in answer["steps"]]

    assert steps(at) == [
        ("remind", "done", False), ("tell", "done", False), ("offer", "to_come", True),
        ("reassign", "to_come", True), ("manager", "to_come", True),
    ]  # fmt: skip
    scenes.do(Action.ACCEPT, lead, cast.sam, at, cast)
    assert steps(at) == [("remind", "done", False), ("tell", "done", False)]

    lead = scenes.paused(cast, at)
    rows = Api(cast.sam, at).get("clocks/", state="paused").json()["results"]
    assert {row["kind"] for row in rows if row["lead"] == lead.pk} == {"first_touch", "decision"}
    until = (at + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    assert {row["pauses"][0][1] for row in rows} == {until}
    scenes.touch(lead, cast.sam, at, result="no_answer")
    [attempt] = Api(cast.sam, at).get("clocks/", lead=lead.ref, kind="attempts").json()["results"]
    assert attempt["number"] == 2
