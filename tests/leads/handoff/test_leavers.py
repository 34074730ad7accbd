"""Somebody leaves, and at that instant everything they held has other hands."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from time import perf_counter
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.absence import record_absence
from leadbridge.people.founding import set_manager
from leadbridge.people.keys import make_key
from leadbridge.people.leaving import give_back_place
from leadbridge.people.models import ApiKey, Departure, Role, User
from leads.handoff import leavers
from leads.handoff.handing_on import Handover, try_hand_on
from leads.handoff.leavers import (
    change_role,
    deactivate_person,
    finish_departure,
    leads_left,
    preview_leaving,
    unfinished_departures,
)
from leads.handoff.models import Custody, Event, Lead
from leads.handoff.stages import OPEN_STAGES, SALES_STAGES, Stage
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING
from sla.reports.lead_time import time_of
from sla.reports.time_ledger import Part
from tests.leads.handoff.scenes import DAY, HOUR, again, at_stage, captured, submitted
from tests.leads.handoff.test_races import at_once

pytestmark = pytest.mark.django_db
SALES = sorted(SALES_STAGES)
MARKETING = sorted(OPEN_STAGES - SALES_STAGES)


def refused(code: str, words: str, act: Callable[..., object], **given: Any) -> None:
    """Refused, with a cure, and nobody left."""
    people = list(User.objects.order_by("pk").values())
    events = Event.objects.count()
    with pytest.raises(DomainError) as caught:
        act(**given)
    assert caught.value.code == code
    assert words in caught.value.message
    assert list(User.objects.order_by("pk").values()) == people
    assert (Event.objects.count(), Departure.objects.count()) == (events, 0)


def test_a_seller_leaves_and_each_lead_has_a_new_holder_from_that_instant(
    cast: Cast, now: datetime
) -> None:
    leads = [at_stage(cast, Stage(stage), now) for stage in SALES]
    left_at = now + HOUR
    departure = deactivate_person(user=cast.sam, actor=cast.olu, now=left_at)
    assert (departure.leads, departure.done_at) == (4, left_at)
    for lead in leads:
        assert again(lead).holder == cast.dora
        old = Custody.objects.get(lead=lead, holder=cast.sam)
        assert old.until == left_at
        running = Clock.objects.filter(IS_RUNNING, lead=lead)
        assert running and {clock.holder for clock in running} == {cast.dora}
    [waiting] = [lead for lead in leads if lead.stage == Stage.SUBMITTED]
    accept = Clock.objects.get(IS_RUNNING, lead=waiting, kind="accept")
    assert accept.started_at == left_at


def test_who_left_neither_signs_in_nor_calls_nor_gets_another_lead(
    cast: Cast, now: datetime, client: Client
) -> None:
    client.force_login(cast.sam)
    make_key(user=cast.sam, name="mine", scope="read", now=now)
    assert client.get("/inbox/").status_code == 200
    deactivate_person(user=cast.sam, actor=cast.olu, now=now)
    assert client.get("/inbox/").status_code == 302
    assert ApiKey.objects.get(user=cast.sam).revoked_at == now
    assert not Client().login(username="sam", password="demo")
    assert submitted(cast, now, to=cast.dora).holder == cast.dora
    give_back_place(user=cast.sam, actor=cast.olu, now=now + DAY)
    assert client.get("/inbox/").status_code == 302, "the old session is gone for good"


def test_with_nobody_else_here_new_ones_wait_in_the_pool_and_the_manager_has_the_rest(
    cast: Cast, now: datetime
) -> None:
    leads = [at_stage(cast, Stage(stage), now) for stage in SALES]
    record_absence(user=cast.dora, actor=cast.dora, now=now, starts_at=now, ends_at=now + 7 * DAY)
    deactivate_person(user=cast.sam, actor=cast.olu, now=now)
    for lead in leads:
        holder = None if lead.stage == Stage.SUBMITTED else cast.max
        assert (again(lead).holder, again(lead).team) == (holder, cast.emea)


def test_a_marketers_leads_and_role_go_to_the_successor(cast: Cast, now: datetime) -> None:
    held = [at_stage(cast, Stage(stage), now) for stage in MARKETING]
    with_sales = [at_stage(cast, Stage(stage), now) for stage in SALES]
    deactivate_person(user=cast.mia, actor=cast.olu, now=now + HOUR)
    for lead in held:
        assert (again(lead).holder, again(lead).marketer) == (cast.ana, cast.ana)
        assert Custody.objects.filter(lead=lead, until=now + HOUR, holder=cast.mia).exists()
    for lead in with_sales:
        assert (again(lead).holder, again(lead).marketer) == (cast.sam, cast.ana)
        assert not Custody.objects.filter(lead=lead, since=now + HOUR).exists()
    assert leads_left(cast.mia) == 0
    cast.mia.refresh_from_db()
    assert captured(cast, now + 2 * HOUR).holder == cast.ana, "a form still names Mia"


def test_a_successor_is_somebody_in_marketing(cast: Cast, now: datetime) -> None:
    given = {"user": cast.mia, "actor": cast.olu, "now": now}
    refused("invalid", "cannot take over", deactivate_person, successor=cast.sam, **given)
    refused("invalid", "cannot take over", deactivate_person, successor=cast.mia, **given)


def test_what_has_to_be_done_first_is_said(cast: Cast, now: datetime) -> None:
    given: dict[str, Any] = {"actor": cast.olu, "now": now}
    refused("not_allowed", "They manage EMEA", deactivate_person, user=cast.max, **given)
    refused("not_allowed", "last head of sales", deactivate_person, user=cast.max, **given)
    refused("not_allowed", "last head of marketing", deactivate_person, user=cast.ana, **given)
    refused("not_allowed", "They manage Americas", deactivate_person, user=cast.lena, **given)
    refused("not_allowed", "last administrator", deactivate_person, user=cast.olu, **given)
    refused(
        "forbidden", "administrators", deactivate_person, user=cast.sam, actor=cast.max, now=now
    )
    set_manager(actor=cast.olu, team=cast.americas, manager=cast.max)
    deactivate_person(user=cast.lena, **given)
    cast.lena.refresh_from_db()
    assert not cast.lena.is_active


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_administrators_who_end_each_other_one_stays(
    cast: Cast, now: datetime
) -> None:
    other = User.objects.create(username="kay", role=Role.ADMINISTRATOR)
    outcomes = at_once(
        lambda: deactivate_person(user=other, actor=cast.olu, now=now),
        lambda: deactivate_person(user=cast.olu, actor=other, now=now),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Departure", "DomainError"]
    assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1


def test_the_preview_counts_what_will_move_and_says_where_to(cast: Cast, now: datetime) -> None:
    for stage in SALES:
        at_stage(cast, Stage(stage), now)
    preview = preview_leaving(user=cast.sam, actor=cast.olu, now=now)
    assert [(group.stage, group.leads) for group in preview.groups] == [
        ("submitted", 1), ("accepted", 1), ("working", 1), ("opportunity", 1),
    ]  # fmt: skip
    assert {group.goes_to for group in preview.groups} == {"EMEA, the one who is here"}
    assert (preview.leads, preview.first) == (4, [])
    preview = preview_leaving(user=cast.mia, actor=cast.olu, now=now)
    assert (preview.role_only, preview.leads, preview.successor) == (4, 4, cast.ana)
    assert preview_leaving(user=cast.max, actor=cast.olu, now=now).first == [
        "They are the last head of sales: give somebody else that role first.",
        "They manage EMEA: give the team another manager first.",
    ]


def test_a_kill_half_way_leaves_the_rest_for_the_next_run_at_the_same_instant(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [at_stage(cast, Stage(stage), now) for stage in SALES]
    calls, hand_on = 0, try_hand_on

    def killed(handover: Handover, lead_id: int) -> bool:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return hand_on(handover, lead_id)

    monkeypatch.setattr(leavers, "try_hand_on", killed)
    with pytest.raises(KeyboardInterrupt):
        deactivate_person(user=cast.sam, actor=cast.olu, now=now)
    monkeypatch.undo()
    departure = Departure.objects.get()
    assert (leads_left(cast.sam), departure.done_at) == (2, None)
    assert unfinished_departures() == [departure.pk]
    assert finish_departure(departure_id=departure.pk, now=now + HOUR) == 2
    departure.refresh_from_db()
    assert (leads_left(cast.sam), departure.done_at) == (0, now + HOUR)
    assert unfinished_departures() == []
    for lead in leads:
        assert Custody.objects.get(lead=lead, holder=cast.sam).until == now


def test_a_lead_that_comes_back_behind_our_back_moves_too(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.WORKING, now)
    departure = deactivate_person(user=cast.sam, actor=cast.olu, now=now)
    Lead.objects.filter(pk=lead.pk).update(holder=cast.sam)  # as a lost race would leave it
    assert unfinished_departures() == [departure.pk]
    assert finish_departure(departure_id=departure.pk, now=now + HOUR) == 1
    assert again(lead).holder == cast.dora


def test_who_comes_back_has_their_place_and_none_of_the_leads(cast: Cast, now: datetime) -> None:
    lead = at_stage(cast, Stage.WORKING, now)
    deactivate_person(user=cast.sam, actor=cast.olu, now=now)
    give_back_place(user=cast.sam, actor=cast.olu, now=now + DAY)
    cast.sam.refresh_from_db()
    assert (cast.sam.is_active, cast.sam.role) == (True, Role.SELLER)
    assert again(lead).holder == cast.dora
    assert Departure.objects.get().returned_at == now + DAY
    deactivate_person(user=cast.sam, actor=cast.olu, now=now + 2 * DAY)
    assert Departure.objects.count() == 2


def test_a_role_is_not_changed_under_leads_it_cannot_hold(cast: Cast, now: datetime) -> None:
    at_stage(cast, Stage.WORKING, now)
    given: dict[str, Any] = {"actor": cast.olu, "user": cast.sam}
    refused("not_allowed", "holds 1 open leads", change_role, role=Role.MARKETER, **given)
    change_role(role=Role.SALES_HEAD, **given)
    refused("not_allowed", "belong to EMEA", change_role, role=Role.MARKETER, actor=cast.olu,
            user=cast.dora)  # fmt: skip
    refused("not_allowed", "last administrator", change_role, role=Role.SELLER, actor=cast.olu,
            user=cast.olu)  # fmt: skip


def test_five_hundred_leads_find_new_hands_in_one_go(
    cast: Cast, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(500):
        at_stage(cast, Stage(SALES[number % 4]), now)
    held = set(Lead.objects.filter(holder=cast.sam).values_list("pk", flat=True))
    assert len(held) == 500
    departure = deactivate_person(user=cast.sam, actor=cast.olu, now=now + HOUR)
    assert (departure.leads, departure.done_at) == (500, None)
    begun = perf_counter()
    assert finish_departure(departure_id=departure.pk, now=now + HOUR) == 500
    took = perf_counter() - begun
    with capsys.disabled():
        print(f"\n500 leads of a leaver: {took:.1f} s, {500 / took:.0f} leads/s")
    leads = list(Lead.objects.filter(pk__in=held))
    assert Counter(lead.holder for lead in leads) == {cast.dora: 500}
    assert not [lead for lead in leads if lead.next_due_at is None]
    ended = Custody.objects.filter(lead__in=held, holder=cast.sam, until=now + HOUR)
    assert ended.count() == 500
    running = Clock.objects.filter(IS_RUNNING, lead__in=held)
    assert set(running.values_list("holder", flat=True)) == {cast.dora.pk}
    assert set(running.values_list("lead", flat=True)) == held
    printed = StringIO()
    call_command("ledger", stdout=printed)
    assert printed.getvalue().splitlines()[-1] == "unaccounted 0"
    at = now + 3 * HOUR
    for lead in leads:
        time = time_of(lead, now=at)
        booked = {(entry.part, entry.who): entry.time for entry in time.entries}
        assert sum(booked.values(), timedelta()) == at - lead.captured_at
        assert booked[Part.PERSON, "sam"] == HOUR
        assert booked[Part.PERSON, "dora"] == 2 * HOUR
