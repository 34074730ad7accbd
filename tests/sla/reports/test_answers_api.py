"""Weeks, hours, workload, the black hole and broken promises as programs read them: the same
numbers as on the pages, and no word that is not known."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadbridge.demo.organisation import Cast
from sla.clocks.models import Clock
from sla.reports.breach_actions import acknowledge_breach
from sla.reports.rollups.keeping import keep_days
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import read_card
from sla.reports.weekly.trend import trend_of
from tests.api import Api, assert_problem
from tests.query_counts import recorded
from tests.sla.reports.conftest import TWENTY, Hand

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, Any]]
REPORTS = ("trend", "hours", "workload", "black-hole", "breaches", "causes", "scorecard")


@pytest.fixture
def max_(cast: Cast, now: datetime) -> Api:
    return Api(cast.max, now)


@pytest.fixture
def twenty(hand: Hand) -> None:
    for age, answered in TWENTY:
        hand(age, answered)


def ask(api: Api, report: str, **params: str) -> dict[str, Any]:
    """The answer, at the recorded cost in queries."""
    with recorded(f"api {report}"):
        answer = api.get(f"reports/{report}/", **params)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_program_reads_weeks_as_the_page_counts_them(
    max_: Api, twenty: None, cast: Cast, now: datetime
) -> None:
    answer = ask(max_, "trend", kind="accept", by="source")
    assert len(answer["weeks"]) == 12 and answer["end"] == now.isoformat().replace("+00:00", "Z")
    assert sum(week["due"] for week in answer["weeks"]) == 15
    (fair,) = answer["by"]
    assert (fair["key"], fair["due"], fair["met"], fair["attainment"]) == ("fair", 15, 8, 53.3)
    assert [week["due"] for week in fair["weeks"]] == [week["due"] for week in answer["weeks"]]
    promised = trend_of(
        read_card({"kind": "accept"}, scope_of(cast.max), now=now, more=("kind",)).exact.slice,
        now=now,
    ).promised
    assert [week["promised"] for week in answer["weeks"]] == list(promised)
    keep_days(now=now, most=100)
    assert max_.get("reports/trend/", kind="accept", by="source").json() == answer


def test_a_program_reads_in_which_hours_leads_are_left_lying(max_: Api, twenty: None) -> None:
    answer = ask(max_, "hours")
    hours = answer.pop("hours")
    assert answer == {
        "kind": "accept", "zone": "Europe/Berlin", "handed_over": 20, "due": 15, "missed": 7,
    }  # fmt: skip
    for name in ("handed_over", "due", "missed"):
        assert sum(one[name] for one in hours) == answer[name]
    assert all(1 <= one["weekday"] <= 7 and 0 <= one["hour"] <= 23 for one in hours)


def test_a_program_reads_who_carries_how_much(max_: Api, twenty: None, cast: Cast) -> None:
    people = ask(max_, "workload", team="emea")["people"]
    assert {one["user"] for one in people} == {"sam", "dora"}
    assert sum(one["open"] for one in people) == 20 == sum(one["new"] for one in people)
    for one in people:
        assert (one["team"], one["at_most"], one["weight"]) == ("emea", None, 1)
        assert (one["even_share"], one["away"], one["active"]) == (10.0, "", True)
        assert 0 < one["missed"] <= one["due"]


def test_a_program_reads_the_black_hole(max_: Api, twenty: None, cast: Cast) -> None:
    hole = ask(max_, "black-hole", kind="accept")
    late = {"count": 5, "people": 5, "value": "0.00"}
    assert hole["kinds"] == [{"kind": "accept", **late}]
    assert {name: hole[name] for name in late} == late
    assert sum(one["count"] for one in hole["holders"]) == 5
    assert {one["times"]: one["count"] for one in hole["bands"]} == {1: 1, 2: 2, 4: 2, 8: 0}
    assert (hole["unassigned"]["count"], hole["inactive"]["people"]) == (0, 0)
    assert hole["unvalued"] == 5 and hole["first_due_at"] < hole["at"]


def test_a_program_reads_each_broken_promise_with_its_cause(
    max_: Api, twenty: None, cast: Cast, now: datetime
) -> None:
    clock = Clock.objects.filter(kind="accept", stopped_at=None).earliest("due_at")
    acknowledge_breach(clock_id=clock.pk, actor=cast.max, now=now, note="The fair took us all.")
    answer = ask(max_, "breaches", kind="accept", page_size="4")
    rows = answer["results"]
    while answer["next"]:
        answer = max_.get(answer["next"]).json()
        rows += answer["results"]
    assert len(rows) == 7
    assert [row["due_at"] for row in rows] == sorted((row["due_at"] for row in rows), reverse=True)
    (noted,) = (row for row in rows if row["done"])
    assert (noted["clock"], noted["state"], noted["cause"]) == (clock.pk, "overdue", "not_answered")
    assert noted["done"][0] | {"at": ""} == {
        "deed": "acknowledged", "at": "", "by": "max", "to": None, "note": "The fair took us all.",
    }  # fmt: skip
    causes = ask(max_, "causes", kind="accept")
    assert (causes["missed"], causes["explained"]) == (7, True)
    assert sum(one["count"] for one in causes["causes"]) == 7
    for one in causes["causes"]:
        listed = max_.get("reports/breaches/", kind="accept", cause=one["cause"]).json()["results"]
        assert len(listed) == one["count"]


def test_the_list_of_broken_promises_costs_no_query_more_for_more_of_them(
    max_: Api, hand: Hand
) -> None:
    hand(40)
    with CaptureQueriesContext(connection) as one:
        max_.get("reports/breaches/")
    for age in range(50, 55):
        hand(age)
    with CaptureQueriesContext(connection) as many:
        max_.get("reports/breaches/")
    assert len(many) == len(one)


@pytest.mark.parametrize("report", REPORTS)
def test_who_may_not_read_figures_and_a_misspelt_filter_are_refused(
    cast: Cast, now: datetime, report: str
) -> None:
    assert_problem(Api(cast.sam, now).get(f"reports/{report}/"), 403, "forbidden")
    wrong = Api(cast.lena, now).get(f"reports/{report}/", colour="red", team="emea")
    assert_problem(wrong, 400, "invalid", "colour", "team")


@pytest.mark.parametrize(
    ("report", "params"),
    [
        ("trend", {"by": "week"}), ("trend", {"tier": "9"}), ("trend", {"from": "2020-01-01"}),
        ("hours", {"tier": "high"}), ("workload", {"holder": "nobody"}),
        ("black-hole", {"kind": "lunch"}), ("black-hole", {"days": "7"}),
        ("breaches", {"cause": "weather"}), ("breaches", {"page_size": "0"}),
        ("breaches", {"cursor": "x"}), ("causes", {"side": "left"}),
        ("causes", {"cause": "paused"}),
    ],
)  # fmt: skip
def test_a_word_that_is_not_known_is_named(max_: Api, report: str, params: dict[str, str]) -> None:
    assert_problem(max_.get(f"reports/{report}/", **params), 400, "invalid", *params)


def test_a_manager_of_one_team_counts_that_team_alone(
    cast: Cast, hand: Hand, now: datetime
) -> None:
    hand(20, country="DE")
    hand(20, country="US")
    both, one = Api(cast.max, now), Api(cast.lena, now)
    for api, late in ((both, 2), (one, 1)):
        assert api.get("reports/black-hole/", kind="accept").json()["count"] == late
        assert len(api.get("reports/breaches/", kind="accept").json()["results"]) == late
        assert api.get("reports/hours/").json()["missed"] == late
        assert api.get("reports/causes/", kind="accept").json()["missed"] == late
        weeks = api.get("reports/trend/", kind="accept").json()["weeks"]
        assert sum(week["due"] for week in weeks) == late
    assert {row["team"] for row in one.get("reports/workload/").json()["people"]} == {"americas"}
