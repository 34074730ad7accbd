"""Leads in the API: what a list answers, how it is filtered, sorted and read page by page."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadbridge.demo.organisation import Cast
from leads.handoff.answers import CustodyAnswer, EventAnswer, LeadAnswer, LeadDetail
from leads.handoff.listing import ORDERS
from leads.handoff.models import Lead
from leads.handoff.stages import Action, Stage
from leads.review.bodies import ReasonAnswer
from tests.api import Api, assert_problem
from tests.leads.handoff import scenes
from tests.query_counts import recorded

HOUR = timedelta(hours=1)


def refs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["ref"] for row in answer.json()["results"]]


def walk(api: Api, path: str, **params: str) -> tuple[list[int], list[int]]:
    """The ids of all pages going forward, and then going all the way back."""
    forward: list[int] = []
    answer = api.get(path, **params).json()
    while True:
        forward += [row["id"] for row in answer["results"]]
        if answer["next"] is None:
            break
        answer = api.get(answer["next"]).json()
    backward = [row["id"] for row in answer["results"]]
    while answer["previous"] is not None:
        answer = api.get(answer["previous"]).json()
        backward = [row["id"] for row in answer["results"]] + backward
    return forward, backward


def test_a_lead_is_answered_with_all_that_the_contract_names(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now, value=1250)
    api = Api(cast.sam, now)
    body = api.get(f"leads/{lead.ref}/").json()
    assert body == api.get(f"leads/{lead.pk}/").json()
    assert set(body) == set(LeadDetail().fields)
    assert set(api.get("leads/").json()["results"][0]) == set(LeadAnswer().fields)
    assert (body["id"], body["ref"], body["stage"]) == (lead.pk, f"L-{lead.pk}", "submitted")
    assert (body["holder"], body["team"], body["value"]) == ("sam", "emea", 1250.0)
    assert body["person"] == {
        "first_name": "Kim", "last_name": "Brandt", "email": lead.person.email,
        "phone": "+49 30 901820",
    }  # fmt: skip
    assert body["qualification"] == {
        "definition": 1, "verdict": "yes", "fit": lead.fit, "interest": lead.interest, "tier": 1,
        "overridden": False,
    }  # fmt: skip
    assert body["captured_at"] == "2026-11-23T10:00:00Z"
    assert body["accepted_at"] is None
    assert lead.next_due_at is not None
    assert body["next_clock"] == {
        "kind": "accept", "due_at": lead.next_due_at.isoformat().replace("+00:00", "Z"),
        "state": "on_track",
    }  # fmt: skip
    assert body["actions"] == ["accept", "reject", "touch", "ask", "pause"]


def test_the_next_clock_turns_at_risk_and_overdue_by_the_time_alone(
    cast: Cast, now: datetime
) -> None:
    lead = scenes.submitted(cast, now)
    assert lead.next_at_risk_at and lead.next_due_at
    api = Api(cast.mia, now)
    for at, state in [
        (lead.next_at_risk_at - timedelta(seconds=1), "on_track"),
        (lead.next_at_risk_at, "at_risk"),
        (lead.next_due_at, "at_risk"),
        (lead.next_due_at + timedelta(seconds=1), "overdue"),
    ]:
        api.now = at
        assert api.get(f"leads/{lead.pk}/").json()["next_clock"]["state"] == state
        for asked in ("on_track", "at_risk", "overdue"):
            expected = [lead.ref] if asked == state else []
            assert refs(api.get("leads/", sla=asked)) == expected
        assert refs(api.get("leads/", sla="on_track,at_risk,overdue")) == [lead.ref]


def test_filters_find_just_what_they_say(cast: Cast, now: datetime) -> None:
    here = scenes.submitted(cast, now, source="Fair", campaign="Spring", company="Zebra")
    pool = scenes.pooled(cast, now)
    mine = scenes.captured(cast, now, email="Zora@x.example", last_name="Łukasz")
    api = Api(cast.mia, now)
    for params, expected in [
        ({"stage": "captured"}, {mine}),
        ({"stage": "captured,submitted"}, {here, pool, mine}),
        ({"holder": "sam"}, {here}),
        ({"holder": str(cast.sam.pk)}, {here}),
        ({"holder": "pool"}, {pool}),
        ({"holder": "me"}, {mine}),
        ({"holder": "nobody"}, set()),
        ({"team": "emea"}, {here, pool}),
        ({"team": str(cast.marketing.pk)}, {mine}),
        ({"source": "fair"}, {here}),
        ({"campaign": "spring"}, {here}),
        ({"q": "zebra"}, {here}),
        ({"q": "zora@x"}, {mine}),
        ({"q": "kim łukasz"}, {mine}),
        ({"q": f"l-{pool.pk}"}, {pool}),
        ({"q": "100%"}, set()),
        ({"team": "emea", "holder": "sam", "sla": "overdue"}, set()),
    ]:
        assert set(refs(api.get("leads/", **params))) == {lead.ref for lead in expected}, params


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"stage": "lost,nowhere"}, "stage"), ({"sla": "late"}, "sla"),
        ({"order": "name"}, "order"),
        ({"hodler": "sam"}, "hodler"), ({"q": "a\0b"}, "q"), ({"holder": "\x01"}, "holder"),
        ({"page_size": "0"}, "page_size"), ({"page_size": "x"}, "page_size"),
        ({"page_size": "9" * 5000}, "page_size"), ({"cursor": "x"}, "cursor"),
        ({"cursor": "W10"}, "cursor"), ({"cursor": "é"}, "cursor"),
        ({"cursor": "W2ZhbHNlLHRydWUsIm5vIHRpbWUiLDFd"}, "cursor"),
        ({"cursor": "W2ZhbHNlLHRydWUsIjIwMjYtMDEtMDFUMDA6MDA6MDAiLDFd"}, "cursor"),
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(
    cast: Cast, now: datetime, params: dict[str, str], field: str
) -> None:
    assert_problem(Api(cast.mia, now).get("leads/", **params), 400, "invalid", field)


def test_soonest_due_comes_first_and_what_owes_nothing_last(cast: Cast, now: datetime) -> None:
    ended = scenes.disqualified(cast, now)
    late = scenes.submitted(cast, now - 30 * HOUR)
    soon = scenes.submitted(cast, now)
    parked = scenes.nurturing(cast, now)
    assert refs(Api(cast.mia, now).get("leads/")) == [late.ref, soon.ref, parked.ref, ended.ref]


@pytest.mark.parametrize("order", list(ORDERS))
def test_pages_hold_every_lead_once_in_every_order(cast: Cast, now: datetime, order: str) -> None:
    """Equal values, rows without a value, and pages of any size, forward and back."""
    for number in range(3):
        at = now + timedelta(minutes=number // 2)
        scenes.captured(cast, at, value=number % 2 * 10)
        scenes.submitted(cast, at, value=None)
        scenes.disqualified(cast, at)
    api = Api(cast.ana, now + HOUR)
    whole = [row["id"] for row in api.get("leads/", order=order).json()["results"]]
    assert sorted(whole) == sorted(Lead.objects.values_list("pk", flat=True))
    rows = {lead.pk: lead for lead in Lead.objects.all()}
    column = ORDERS[order].column
    values = [getattr(rows[pk], column) for pk in whole]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=order.startswith("-"))
    assert None not in values[: len(known)]
    for size in ("1", "2", "4", "9"):
        assert walk(api, "leads/", order=order, page_size=size) == (whole, whole)


def test_a_page_goes_on_where_it_was_while_leads_come_and_go(cast: Cast, now: datetime) -> None:
    leads = [scenes.captured(cast, now + timedelta(minutes=n)) for n in range(4)]
    api = Api(cast.mia, now + HOUR)
    first = api.get("leads/", page_size="2").json()
    scenes.captured(cast, now - HOUR)
    scenes.do(Action.DISQUALIFY, leads[0], cast.mia, now + HOUR, cast)
    second = api.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [leads[2].pk, leads[3].pk]


def test_sellers_see_their_teams_leads_and_strangers_none(cast: Cast, now: datetime) -> None:
    lead, mine = scenes.submitted(cast, now), scenes.captured(cast, now)
    assert refs(Api(cast.dora, now).get("leads/")) == [lead.ref]
    assert refs(Api(cast.nora, now).get("leads/")) == []
    for path in ("", "events/", "custody/", "clocks/"):
        assert_problem(Api(cast.nora, now).get(f"leads/{lead.pk}/{path}"), 404, "not_found")
        assert Api(cast.dora, now).get(f"leads/{lead.pk}/{path}").status_code == 200
        assert_problem(Api(cast.dora, now).get(f"leads/{mine.ref}/{path}"), 404, "not_found")
        for ref in ("0", "L-999999", "L-", "x", "L-1e3", "٣", "%00", "9" * 40):
            assert_problem(Api(cast.mia, now).get(f"leads/{ref}/{path}"), 404, "not_found")


def test_events_and_custody_tell_the_story(cast: Cast, now: datetime) -> None:
    lead = scenes.submitted(cast, now)
    scenes.do(Action.REASSIGN, lead, cast.max, now + HOUR, cast, cause="Sam is away")
    api = Api(cast.mia, now + HOUR)
    events = api.get(f"leads/{lead.ref}/events/").json()["results"]
    assert [event["action"] for event in events] == ["capture", "submit", "reassign"]
    assert all(set(event) == set(EventAnswer().fields) for event in events)
    assert events[0]["words"] == {"message": "Please call me about the price."}
    assert (events[2]["actor"], events[2]["words"]) == ("max", {"comment": "Sam is away"})
    assert "before" not in events[1]["data"]
    custody = api.get(f"leads/{lead.ref}/custody/").json()["results"]
    assert [link["holder"] for link in custody] == ["mia", "sam", "dora"]
    assert all(set(link) == set(CustodyAnswer().fields) for link in custody)
    assert [link["until"] for link in custody] == [
        "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", None,
    ]  # fmt: skip


def test_the_codes_that_actions_ask_for_can_be_read(cast: Cast, now: datetime) -> None:
    rows = Api(cast.nora, now, scope="read").get("reasons/").json()["results"]
    assert all(set(row) == set(ReasonAnswer().fields) for row in rows)
    known = {(row["action"], row["code"]): row["asks"] for row in rows}
    assert known["reject", "fails_definition"] == "criterion"
    assert known["lose", "price"] is None


def test_a_list_costs_the_same_however_long_it_is(cast: Cast, now: datetime) -> None:
    for stage in (Stage.CAPTURED, Stage.SUBMITTED, Stage.OPPORTUNITY, Stage.LOST):
        scenes.at_stage(cast, stage, now)
    api = Api(cast.dora, now)
    with recorded("api leads"):
        assert len(refs(api.get("leads/"))) == 3
    scenes.submitted(cast, now)
    with recorded("api leads"):
        assert len(refs(api.get("leads/"))) == 4


def test_a_page_deep_in_the_list_is_read_by_the_index(cast: Cast, now: datetime) -> None:
    """The plan of the second page starts inside the index on due times."""
    for _ in range(3):
        scenes.captured(cast, now)
    api = Api(cast.mia, now)
    after = api.get("leads/", page_size="1").json()["next"]
    with CaptureQueriesContext(connection) as captured:
        api.get(after)
    [sql] = [
        query["sql"] for query in captured
        if "ORDER BY" in query["sql"] and '"next_due_at" >=' in query["sql"]
    ]  # fmt: skip
    with connection.cursor() as cursor:
        # Three rows are read in any way; a large table leaves no choice.
        for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using leads_lead_by_due" in plan, plan
    assert re.search(r"Index Cond: .*next_due_at >= '", plan), plan
    assert "Sort" not in plan
