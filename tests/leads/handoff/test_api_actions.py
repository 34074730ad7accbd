"""What can be done with a lead over the API: who may, what is refused and what is answered."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.api import ACTIONS
from leads.handoff.models import Lead
from leads.handoff.stages import (
    MARKETING_STAGES,
    SALES_STAGES,
    TABLE,
    Action,
    Party,
    Row,
    Stage,
    row_for,
)
from leads.work.models import Touch
from tests.api import Api, assert_problem
from tests.leads.handoff import scenes

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
IN_A_MONTH = "2026-12-20"
CALLED = [Action(name) for name in ACTIONS if name != "undo"] + [Action.TOUCH]
EVERYBODY = ("mia", "ana", "sam", "dora", "max", "nora", "lena", "olu")
BODIES: dict[Action, dict[str, Any]] = {
    Action.SUBMIT: {"override_reason": "They asked me at the fair."},
    Action.NURTURE: {"review_on": IN_A_MONTH},
    Action.ACCEPT: {},
    Action.REJECT: {"reason": "bad_data", "field": "phone"},
    Action.TOUCH: {"channel": "call", "result": "no_answer"},
    Action.QUALIFY: {"value": 900, "close_on": IN_A_MONTH},
    Action.WIN: {"value": "850.50"},
    Action.LOSE: {"reason": "price"},
    Action.RECYCLE: {"reason": "timing", "return_on": IN_A_MONTH, "quote": "none"},
    Action.DISQUALIFY: {"reason": "no_need", "quote": "none"},
    Action.REASSIGN: {"to": "dora", "cause": "holiday"},
    Action.DISPUTE: {"because": "It meets every criterion."},
    Action.WAIVE: {"because": "Their number is dead."},
    Action.REOPEN: {"cause": "They called."},
}


def call(api: Api, action: Action, lead: Lead, **more: object) -> Any:
    return api.post(f"leads/{lead.ref}/{action}/", {**BODIES.get(action, {}), **more})


# Every line of the table that the API offers, at each of its stages.
LINES = [
    pytest.param(row, stage, id=f"{row.action} at {stage}")
    for row in TABLE
    if row.action in CALLED
    for stage in sorted(row.from_)
]


def sees(cast: Cast, user: User, stage: Stage) -> bool:
    """Marketing, heads and administrators see all; sellers what is or was theirs."""
    if user in (cast.mia, cast.ana, cast.max, cast.olu):
        return True
    never_with_sales = stage in (Stage.CAPTURED, Stage.NURTURING)
    if user == cast.sam:
        return not never_with_sales
    return user == cast.dora and stage not in MARKETING_STAGES


def parties(cast: Cast, user: User, stage: Stage, *, pooled: bool = False) -> set[Party]:
    """Written out by hand, so that the code under test does not judge itself."""
    holder = None if pooled else cast.mia if stage in MARKETING_STAGES else cast.sam
    people: dict[Party, set[User | None]] = {
        Party.MARKETER: {cast.mia, cast.ana},
        Party.HOLDER: {holder},
        Party.POOL_MEMBER: {cast.sam, cast.dora} if pooled else set(),
        Party.SALES_MANAGER: {cast.max} if stage in SALES_STAGES else set(),
        Party.MANAGER: {cast.ana, cast.max, cast.lena},
        Party.ADMINISTRATOR: {cast.olu},
    }
    return {party for party, holders in people.items() if user in holders}


@pytest.mark.parametrize(("row", "stage"), LINES)
def test_just_those_whom_the_table_names_may(
    cast: Cast, now: datetime, row: Row, stage: Stage
) -> None:
    lead, other = scenes.at_stage(cast, stage, now), scenes.captured(cast, now)
    more = {"into": other.ref} if row.action is Action.MERGE else {}
    for name in EVERYBODY:
        user = getattr(cast, name)
        before = scenes.snapshot(lead, other)
        with scenes.as_if_never():
            answer = call(Api(user, now + MINUTE), row.action, lead, **more)
            if not sees(cast, user, stage):
                assert_problem(answer, 404, "not_found")
            elif row.by & parties(cast, user, stage):
                assert answer.status_code == (201 if row.action is Action.REOPEN else 200), (
                    name, answer.content,
                )  # fmt: skip
                assert answer.json()["stage"] == (row.to or stage), name
                continue
            else:
                assert_problem(answer, 403, "forbidden")
            assert scenes.snapshot(lead, other) == before, name


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.REJECT, Action.TOUCH])
def test_just_members_and_managers_take_a_lead_out_of_the_pool(
    cast: Cast, now: datetime, action: Action
) -> None:
    lead = scenes.pooled(cast, now)
    row = row_for(action, Stage.SUBMITTED)
    assert row is not None
    for name in EVERYBODY:
        user = getattr(cast, name)
        with scenes.as_if_never():
            answer = call(Api(user, now + MINUTE), action, lead)
            if not sees(cast, user, Stage.SUBMITTED):
                assert_problem(answer, 404, "not_found")
            elif row.by & parties(cast, user, Stage.SUBMITTED, pooled=True):
                assert answer.status_code == 200, (name, answer.content)
            else:
                assert_problem(answer, 403, "forbidden")


@pytest.mark.parametrize("stage", list(Stage))
def test_what_the_stage_does_not_allow_is_a_conflict_and_changes_nothing(
    cast: Cast, now: datetime, stage: Stage
) -> None:
    lead, other = scenes.at_stage(cast, stage, now), scenes.captured(cast, now)
    api = Api(cast.max, now + MINUTE)
    before = scenes.snapshot(lead, other)
    for action in CALLED:
        if row_for(action, stage) is None:
            more = {"into": other.ref} if action is Action.MERGE else {}
            answer = call(api, action, lead, **more)
            taken = answer.json().get("code") == "already_decided"
            assert_problem(answer, 409, "already_decided" if taken else "not_allowed")
    assert scenes.snapshot(lead, other) == before


def test_the_actions_of_the_answer_are_those_that_work(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    for name in ("mia", "sam", "dora", "max", "olu"):
        api = Api(getattr(cast, name), now + MINUTE)
        offered = api.get(f"leads/{lead.ref}/").json()["actions"]
        for action in CALLED:
            if action is Action.MERGE:
                continue
            with scenes.as_if_never():
                worked = call(api, action, lead).status_code < 300
            assert worked == (action in offered), (name, action)


def test_the_second_seller_reads_who_was_quicker_and_when(cast: Cast, now: datetime) -> None:
    lead = scenes.pooled(cast, now)
    assert call(Api(cast.sam, now + MINUTE), Action.ACCEPT, lead).status_code == 200
    answer = call(Api(cast.dora, now + 2 * MINUTE), Action.ACCEPT, lead)
    body = assert_problem(answer, 409, "already_decided")
    assert (body["by"], body["at"]) == ("Sam Okafor", "2026-11-23T10:01:00Z")
    assert "Already accepted by Sam Okafor" in body["detail"]


def test_a_decision_is_taken_back_by_its_maker_alone(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    sam, max_ = Api(cast.sam, now + MINUTE), Api(cast.max, now + MINUTE)
    assert sam.post(f"leads/{lead.ref}/accept/").json()["actions"][-1] == "undo"
    assert_problem(max_.post(f"leads/{lead.ref}/undo/"), 409, "not_allowed")
    assert sam.post(f"leads/{lead.ref}/undo/").json()["stage"] == "submitted"
    assert_problem(sam.post(f"leads/{lead.ref}/undo/"), 409, "not_allowed")


def test_a_seller_works_a_lead_to_its_end(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    api = Api(cast.sam, now + 30 * MINUTE)
    told = api.post(
        f"leads/{lead.pk}/touch/",
        {"channel": "call", "result": "talked", "at": "2026-11-23T11:20:00+01:00",
         "next_at": "2026-11-24T09:00:00Z", "note": "Wants a quote.", "quote": "“Soon.”"},
    )  # fmt: skip
    assert told.status_code == 200, told.content
    body = told.json()
    assert (body["stage"], body["first_touch_at"]) == ("working", "2026-11-23T10:20:00Z")
    assert body["next_clock"]["due_at"] == "2026-11-24T09:00:00Z"
    assert Touch.objects.get().at == now + 20 * MINUTE
    deal = api.post(f"leads/{lead.pk}/qualify/", {"value": 1234.5, "close_on": IN_A_MONTH}).json()
    assert (deal["value"], deal["close_on"]) == (1234.5, IN_A_MONTH)
    won = api.post(f"leads/{lead.pk}/win/", {"value": "1200.00"}).json()
    assert (won["stage"], won["value"], won["next_clock"]) == ("won", 1200.0, None)
    assert won["closed_at"] == "2026-11-23T10:30:00Z"


def test_a_manager_gives_a_lead_to_a_person_by_name_or_number_or_to_a_pool(
    cast: Cast, now: datetime
) -> None:
    lead = scenes.submitted(cast, now)
    api = Api(cast.max, now + MINUTE)
    for to, more, holder, team in [
        ("dora", {}, "dora", "emea"),
        (cast.nora.pk, {}, "nora", "americas"),
        (None, {}, None, "americas"),
        ("", {"team": "emea"}, None, "emea"),
    ]:
        body = {"to": to, "cause": "holiday", **more}
        answer = api.post(f"leads/{lead.ref}/reassign/", body)
        assert answer.status_code == 200, answer.content
        assert (answer.json()["holder"], answer.json()["team"]) == (holder, team)


def test_a_merged_lead_points_to_the_one_that_goes_on(cast: Cast, now: datetime) -> None:
    lead, other = scenes.captured(cast, now), scenes.captured(cast, now)
    api = Api(cast.mia, now)
    for into in ("x", "L-0", lead.ref):
        body = {"into": into}
        answer = api.post(f"leads/{lead.ref}/merge/", body)
        field = "survivor" if into == lead.ref else "into"
        assert_problem(answer, 400, "invalid", field)
    assert api.post(f"leads/{lead.ref}/merge/", {"into": str(other.pk)}).json()["merged_into"] == (
        other.pk
    )


def test_a_reopened_lead_is_a_new_episode(cast: Cast, now: datetime) -> None:
    lead = scenes.won(cast, now)
    answer = Api(cast.max, now + DAY).post(f"leads/{lead.ref}/reopen/", {"cause": "They called."})
    body = answer.json()
    assert (answer.status_code, body["episode"], body["previous"]) == (201, 2, lead.pk)
    assert body["stage"] == "captured"


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("reject", {}, {"reason"}),
        ("reject", {"reason": "sure"}, {"reason"}),
        ("reject", {"reason": ["no_consent"]}, {"reason"}),
        ("reject", {"reason": "other"}, {"comment"}),
        ("reject", {"reason": "fails_definition"}, {"criterion"}),
        ("reject", {"reason": "fails_definition", "criterion": "x"}, {"criterion"}),
        ("reject", {"reason": "bad_data", "coment": "x", "comment": 5.5}, {"coment", "comment"}),
        ("reject", {"reason": "bad_data", "comment": "x" * 5001}, {"comment"}),
        ("reject", {"reason": "bad_data", "comment": "a\0b"}, {"comment"}),
        ("reject", {"reason": "\ud800"}, {"reason"}),
        ("accept", {"reason": "x"}, {"reason"}),
        ("accept", {"a\0\ud800": 1}, {"a"}),
        ("touch", {"channel": "fax", "result": "talked"}, {"channel"}),
        ("touch", {"channel": "call", "result": None}, {"result"}),
        ("touch", {"channel": "call", "result": "talked", "at": "2026-11-23T10:00:00"}, {"at"}),
        ("touch", {"channel": "call", "result": "talked", "at": "2026-02-30T10:00:00Z"}, {"at"}),
        ("touch", {"channel": "call", "result": "talked", "at": "2026-11-24T10:00:00Z"}, {"at"}),
        ("touch", {"channel": "call", "result": "talked", "at": 5}, {"at"}),
        ("touch", {"channel": "call", "result": "talked", "next_at": "2026-11-22T10:00:00Z"},
         {"next_at"}),
        ("touch", {"channel": "call", "result": "talked", "next_at": "9999-12-31T23:59:59-14:00"},
         {"next_at"}),
    ],
)  # fmt: skip
def test_bad_input_is_named_field_by_field_and_changes_nothing(
    cast: Cast, now: datetime, path: str, body: dict[str, object], fields: set[str]
) -> None:
    lead = scenes.submitted(cast, now)
    before = scenes.snapshot(lead)
    answer = Api(cast.sam, now + MINUTE).post(f"leads/{lead.ref}/{path}/", body)
    assert_problem(answer, 400, "invalid", *fields)
    assert scenes.snapshot(lead) == before


@pytest.mark.parametrize(
    ("stage", "path", "body", "fields"),
    [
        (Stage.CAPTURED, "nurture", {"review_on": "2026-02-30"}, {"review_on"}),
        (Stage.CAPTURED, "nurture", {"review_on": "2026-11-23"}, {"review_on"}),
        (Stage.CAPTURED, "nurture", {"review_on": "9999-12-31"}, {"review_on"}),
        (Stage.CAPTURED, "nurture", {"review_on": "0001-01-01"}, {"review_on"}),
        (Stage.CAPTURED, "nurture", {}, {"review_on"}),
        (Stage.WORKING, "recycle", {"reason": "timing"}, {"return_on", "quote"}),
        (Stage.WORKING, "recycle", {"reason": "timing", "return_on": IN_A_MONTH, "quote": " "},
         {"quote"}),
        (Stage.WORKING, "qualify", {"value": "NaN", "close_on": "tomorrow"}, {"value", "close_on"}),
        (Stage.WORKING, "qualify", {"value": -1, "close_on": IN_A_MONTH}, {"value"}),
        (Stage.WORKING, "qualify", {"value": 10**13, "close_on": IN_A_MONTH}, {"value"}),
        (Stage.OPPORTUNITY, "win", {"value": True}, {"value"}),
        (Stage.OPPORTUNITY, "win", {"value": 1e300}, {"value"}),
        (Stage.OPPORTUNITY, "lose", {"reason": "other", "comment": "x"}, {"comment"}),
        (Stage.SUBMITTED, "reassign", {"to": "nobody", "cause": "x"}, {"to"}),
        (Stage.SUBMITTED, "reassign", {"to": "mia", "cause": "x"}, {"to"}),
        (Stage.SUBMITTED, "reassign", {"to": "sam", "cause": "x"}, {"to"}),
        (Stage.SUBMITTED, "reassign", {"to": "dora", "cause": "\u200b"}, {"cause"}),
        (Stage.SUBMITTED, "reassign", {"to": None, "team": "x", "cause": "x"}, {"team"}),
        (Stage.REJECTED, "dispute", {"because": ""}, {"because"}),
    ],
)  # fmt: skip
def test_impossible_dates_amounts_and_names_are_refused(
    cast: Cast, now: datetime, stage: Stage, path: str, body: dict[str, object], fields: set[str]
) -> None:
    lead = scenes.at_stage(cast, stage, now)
    before = scenes.snapshot(lead)
    party = next(row for row in TABLE if row.action == path and stage in row.from_).by
    who = cast.sam if Party.HOLDER in party else cast.max
    who = cast.mia if Party.MARKETER in party else who
    answer = Api(who, now + MINUTE).post(f"leads/{lead.ref}/{path}/", body)
    assert_problem(answer, 400, "invalid", *fields)
    assert scenes.snapshot(lead) == before


def test_a_lead_without_a_yes_needs_a_reason_to_be_submitted(cast: Cast, now: datetime) -> None:
    lead = scenes.captured(cast, now, request="", employees=None)
    api = Api(cast.mia, now)
    assert_problem(api.post(f"leads/{lead.ref}/submit/"), 409, "not_qualified", "override_reason")
    body = api.post(f"leads/{lead.ref}/submit/", {"override_reason": "I met them."}).json()
    assert (body["stage"], body["qualification"]["overridden"]) == ("submitted", True)
