"""The stored explanation is whole: whoever reads it alone comes to the same person."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leadbridge.demo.organisation import AMERICAS, Cast
from leadbridge.people.absence import record_absence
from leadbridge.people.models import Membership, Role, User
from leads.handoff.actions import submit_lead
from leads.routing.actions import choose_holder
from leads.routing.choice import Choice
from leads.routing.kept import whole_of
from tests.leads.handoff.scenes import again, captured
from tests.leads.routing.rules import publish, to_emea

pytestmark = pytest.mark.django_db

LARGE = {"field": "employees", "operator": "at_least", "value": 5000}
FRENCH = {"field": "country", "operator": "one_of", "value": ["FR", "BE"]}
RULES: dict[str, Any] = {
    "rules": [
        {"name": "Very large", "conditions": [LARGE], "team": "emea", "person": "max"},
        {
            "name": "Americas", "team": "americas",
            "conditions": [{"field": "country", "operator": "one_of", "value": AMERICAS}],
        },
        {"name": "Rest", "team": "emea", "conditions": [{"field": "country", "operator": "known"}]},
    ],
    "teams": {
        "emea": {
            "method": "weights",
            "members": {
                "sam": {"weight": 3, "per_day": 60}, "dora": {"weight": 2},
                "kim": {"weight": 1, "takes": [FRENCH]},
            },
        },
        "americas": {
            "method": "load", "working_hours": True, "away": "team", "away_team": "emea",
            "members": {"nora": {"open": 8}},
        },
    },
}  # fmt: skip


def by_hand(record: dict[str, Any]) -> int | None:
    """Who gets it, worked out from the stored explanation and from nothing else."""
    for rule in record["rules"]:
        if rule["holds"] and "person" in rule:
            return int(rule["person"])
    for team in record["teams"]:
        able = [one for one in team["people"] if may_take(one)]
        fresh = [one for one in able if not one.get("had_it")] or able
        if fresh:
            return int(min(fresh, key=lambda one: rank(one, team))["id"])
    return None


def may_take(one: dict[str, Any]) -> bool:
    """Caps and absence as they stand there; what the lead asks of a person is a bar by name."""
    if "per_day" in one and one["given"] >= one["per_day"]:
        assert one["bar"] in ("per_day", "away", "takes")
    if "open" in one and one["load"] >= one["open"]:
        assert one["bar"] in ("open", "away", "takes")
    return "bar" not in one


def rank(one: dict[str, Any], team: dict[str, Any]) -> tuple[int, bool, int]:
    last = team["last"]
    first = {"turn": 0, "weights": -one["credit"] - one["weight"], "load": one.get("load", 0)}
    return first[team["method"]], last is not None and one["id"] <= last, one["id"]


@pytest.fixture
def kim(cast: Cast) -> User:
    """A third seller of EMEA, who takes French-speaking countries."""
    user = User.objects.create(username="kim", first_name="Kim", last_name="Ro", role=Role.SELLER)
    Membership.objects.create(user=user, team=cast.emea)
    return user


def test_a_thousand_explanations_replayed_by_hand_name_the_same_person(
    cast: Cast, now: datetime, kim: User
) -> None:
    publish(cast.max, now, RULES)
    record_absence(
        user=cast.dora, actor=cast.dora, now=now,
        starts_at=now + timedelta(hours=5), ends_at=now + timedelta(hours=30),
    )  # fmt: skip
    chance, seen = random.Random(7), set[int | None]()
    for number in range(1000):
        facts = {
            "country": chance.choice(["DE", "FR", "US", "BR", "BE", "GB", ""]),
            "employees": chance.choice([None, 12, 400, 9000]),
        }
        choice = choose_holder(facts=facts, now=now + timedelta(minutes=3 * number))
        record = whole_of(json.loads(json.dumps(choice.kept())))
        assert record == choice.explanation()
        assert by_hand(record) == choice.holder_id, (number, record)
        seen.add(choice.holder_id)
    assert seen == {
        cast.sam.pk,
        cast.dora.pk,
        kim.pk,
        cast.max.pk,
        cast.nora.pk,
        cast.lena.pk,
        None,
    }


def test_the_explanation_is_kept_on_the_lead_and_quotes_nothing_of_the_person(
    cast: Cast, now: datetime
) -> None:
    lead = submit_lead(lead_id=captured(cast, now).pk, actor=cast.mia, now=now)
    kept = whole_of(again(lead).routing)
    assert by_hand(kept) == lead.holder_id
    assert kept["rules"][0]["why"] == f"not so: country is one of {', '.join(AMERICAS)}"
    assert kept["rules"][1] == {"rule": "Everywhere else", "holds": True}
    assert (kept["version"], kept["teams"][0]["took"]) == (1, lead.holder_id)
    person = lead.person
    for told in (person.email, person.last_name, lead.company, lead.title):
        assert told not in str(kept)


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"method": "weights", "members": {"sam": {"weight": 3, "per_day": 9}}},
        {"method": "load", "members": {"sam": {"open": 9}}, "working_hours": True, "away": "next"},
    ],
)
def test_one_lead_costs_five_queries_at_most(
    cast: Cast, now: datetime, terms: dict[str, Any]
) -> None:
    def choose() -> Choice:
        return choose_holder(facts={"country": "DE"}, now=now, owner=lambda: cast.nora.pk)

    publish(cast.max, now, {**to_emea(**terms), "owner_first": True})
    cast.nora.is_active = False
    cast.nora.save()
    choose()
    with CaptureQueriesContext(connection) as captured_, transaction.atomic():
        choose()
    asked = [one for one in captured_.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(asked) <= 5, [one["sql"][:200] for one in asked]
