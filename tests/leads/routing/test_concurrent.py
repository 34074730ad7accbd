"""Leads that arrive at the same moment, on connections of their own: shares, caps, absences."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from leadbridge.demo.organisation import Cast
from leadbridge.people.absence import record_absence
from leadbridge.people.models import Membership, Role, User
from leads.handoff.actions import submit_lead
from leads.handoff.models import Lead
from leads.routing.actions import choose_holder, choose_holders
from leads.routing.desk import Arrival
from leads.routing.models import Turn
from tests.leads.handoff.scenes import captured
from tests.leads.handoff.test_races import at_once
from tests.leads.routing.rules import publish, to_emea

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
GERMAN = {"country": "DE"}
THREADS = 4


@pytest.fixture
def kim(cast: Cast) -> User:
    """A third seller of EMEA."""
    user = User.objects.create(username="kim", first_name="Kim", last_name="Ro", role=Role.SELLER)
    Membership.objects.create(user=user, team=cast.emea)
    return user


def arrive(times: int, now: datetime, several: int = 0) -> Callable[[], Counter[int | None]]:
    """So many leads one after the other, each in a transaction of its own, and after each of them
    an import of `several`."""

    def run() -> Counter[int | None]:
        took = Counter[int | None]()
        for _ in range(times):
            with transaction.atomic():
                took[choose_holder(facts=GERMAN, now=now).holder_id] += 1
            if several:
                with transaction.atomic():
                    many = choose_holders(arrivals=[Arrival(GERMAN, now)] * several, now=now)
                took.update(choice.holder_id for choice in many if choice)
        return took

    return run


def crowd(times: int, now: datetime, several: int = 0) -> Counter[int | None]:
    """As many in each of four threads that start together."""
    outcomes = at_once(*(arrive(times, now, several) for _ in range(THREADS)))
    assert all(isinstance(found, Counter) for found in outcomes), outcomes
    return sum(outcomes, Counter())


def test_six_thousand_at_once_are_dealt_out_three_to_two_to_one(
    cast: Cast, now: datetime, kim: User
) -> None:
    members = {"sam": {"weight": 3}, "dora": {"weight": 2}, "kim": {"weight": 1}}
    publish(cast.max, now, to_emea(method="weights", members=members))
    took = crowd(300, now, several=4)
    assert took == {cast.sam.pk: 3000, cast.dora.pk: 2000, kim.pk: 1000}
    assert [one["credit"] for one in Turn.objects.get(team=cast.emea).people.values()] == [0, 0, 0]


def test_who_is_absent_is_given_none_and_the_day_s_caps_hold(
    cast: Cast, now: datetime, kim: User
) -> None:
    members: dict[str, Any] = {"sam": {"per_day": 30}, "kim": {"per_day": 50, "weight": 5}}
    publish(cast.max, now, to_emea(method="weights", members=members))
    record_absence(user=cast.dora, actor=cast.dora, now=now, starts_at=now, ends_at=now + DAY)
    assert crowd(24, now) == {cast.sam.pk: 30, kim.pk: 50, None: 16}


def test_open_leads_never_pass_their_cap(cast: Cast, now: datetime) -> None:
    members = {"sam": {"open": 5}, "dora": {"open": 3}}
    publish(cast.max, now, to_emea(members=members))
    leads = [captured(cast, now) for _ in range(12)]

    def submit(pk: int) -> Callable[[], Lead]:
        return lambda: submit_lead(lead_id=pk, actor=cast.mia, now=now)

    outcomes = at_once(*(submit(lead.pk) for lead in leads))
    assert all(isinstance(found, Lead) for found in outcomes), outcomes
    held = Counter(Lead.objects.values_list("holder__username", flat=True))
    assert held == {"sam": 5, "dora": 3, None: 4}


def test_an_import_spreads_like_single_arrivals(cast: Cast, now: datetime, kim: User) -> None:
    members = {"sam": {"weight": 3, "per_day": 9}, "kim": {"per_day": 4}}
    publish(cast.max, now, to_emea(method="weights", members=members))
    countries = ["DE", "US", "FR", "", "DE"] * 8
    arrivals = [Arrival({"country": country}, now) for country in countries]
    with transaction.atomic():
        one_by_one = [choose_holder(facts=one.facts, now=now) for one in arrivals]
        transaction.set_rollback(True)
    with transaction.atomic():
        at_one_go = choose_holders(arrivals=arrivals, now=now)
    assert [(one.team_id, one.holder_id) for one in at_one_go if one] == [
        (one.team_id, one.holder_id) for one in one_by_one
    ]
    assert {one.holder_id for one in at_one_go if one} >= {cast.sam.pk, cast.dora.pk, kim.pk, None}
