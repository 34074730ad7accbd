"""The steps of a ladder that move a lead: to whom, once each, and not after an act."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.models import Message
from leadbridge.people.models import Membership
from leads.handoff.actions import accept_lead
from leads.handoff.models import Lead
from sla.clocks import ladder
from sla.clocks.ladder import climb
from sla.clocks.models import Clock, ClockStep
from sla.clocks.repair import retry_clocks
from sla.clocks.states import IS_RUNNING, State, state_of
from sla.clocks.sweep import Receivers, _take, sweep
from sla.reports.ledger import ledger
from tests.leads.handoff.scenes import HOUR, MINUTE, again, pooled, submitted

STATE = ClockStep.State
SECOND = timedelta(seconds=1)


def accept_of(lead: Lead) -> Clock:
    return Clock.objects.filter(lead=lead, kind="accept").latest("pk")


def step_of(clock: Clock, step: str) -> ClockStep:
    return ClockStep.objects.get(clock=clock, step=step)


def at_step(clock: Clock, step: str) -> datetime:
    """A second after this step of a clock falls due."""
    at: datetime = clock.step_times[clock.steps.index(step)]
    return at + SECOND


def run(now: datetime) -> int:
    sweep(now=now)
    return climb(now=now)


def test_a_ladder_freezes_its_steps_with_the_clock(cast: Cast, now: datetime) -> None:
    clock = accept_of(submitted(cast, now))
    assert clock.steps == ["remind", "tell", "offer", "reassign", "manager"]
    assert clock.step_times[:2] == [clock.at_risk_at, clock.due_at]
    # one hour each (tier 1), within Monday's hours of Berlin
    assert clock.step_times[2:] == [clock.due_at + n * HOUR for n in (1, 2, 3)]
    assert clock.next_at == clock.at_risk_at


def test_an_unanswered_lead_climbs_to_the_pool_to_others_and_to_the_manager(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    first = accept_of(lead)
    assert run(at_step(first, "offer")) == 1
    lead = again(lead)
    assert (lead.holder_id, lead.team_id) == (None, cast.emea.pk)
    first.refresh_from_db()
    assert state_of(first, now) is State.MET_LATE  # what was due and not done stays a miss
    assert step_of(first, "offer").outcome == "Not answered in time: offered to the pool."

    pooled = accept_of(lead)
    assert pooled.pk != first.pk
    run(at_step(pooled, "offer"))
    assert step_of(pooled, "offer").state == STATE.DROPPED
    run(at_step(pooled, "reassign"))
    lead = again(lead)
    assert lead.holder == cast.dora  # Sam had it
    seconds = accept_of(lead)
    run(at_step(seconds, "reassign"))
    lead = again(lead)
    assert lead.holder == cast.max  # nobody is left: its manager
    last = accept_of(lead)
    for step in ("offer", "reassign", "manager"):
        run(at_step(last, step))
        assert step_of(last, step).state == STATE.DROPPED
    assert again(lead).holder == cast.max
    assert ledger(now=last.step_times[-1] + HOUR).unaccounted == 0
    links = list(lead.custody.order_by("pk").values_list("holder__username", flat=True))
    assert links == ["mia", "sam", None, "dora", "max"]


def test_old_and_new_holder_and_the_manager_are_told_of_a_step_once(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    clock = accept_of(lead)
    late = at_step(clock, "offer")
    for _ in range(3):
        run(late)
    told = Message.objects.filter(kind="clock.escalated")
    assert sorted(told.values_list("recipient__username", flat=True)) == ["max", "sam"]
    [message] = told.filter(recipient=cast.sam)
    assert message.data["step"] == "offer"


def test_an_act_cancels_what_has_not_happened(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    clock = accept_of(lead)
    late = at_step(clock, "offer")
    sweep(now=late)
    sweep(now=late)
    assert step_of(clock, "offer").state == STATE.PENDING
    accept_lead(lead_id=lead.pk, actor=cast.sam, now=late)  # before it was carried out
    assert climb(now=late) == 0
    assert step_of(clock, "offer").state == STATE.DROPPED
    assert again(lead).holder == cast.sam
    assert run(late + 100 * HOUR) == 0 or again(lead).stage != "submitted"
    assert not ClockStep.objects.filter(clock=clock, step="reassign").exists()


def test_an_accepted_lead_is_given_to_the_manager_when_nobody_touches_it(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    accept_lead(lead_id=lead.pk, actor=cast.sam, now=now + MINUTE)
    touch_ = Clock.objects.get(IS_RUNNING, lead=lead, kind="first_touch")
    assert touch_.steps == ["remind", "tell", "manager"]
    run(at_step(touch_, "manager"))
    lead = again(lead)
    assert (lead.stage, lead.holder) == ("accepted", cast.max)


def test_a_step_that_fails_is_kept_on_its_clock_and_the_others_go_on(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = submitted(cast, now), submitted(cast, now)
    late = max(at_step(accept_of(lead), "offer") for lead in (bad, good))
    choose = ladder._to_pool

    def fail(lead: Lead) -> Any:
        if lead.pk == bad.pk:
            raise RuntimeError("out of the blue")
        return choose(lead)

    monkeypatch.setattr(ladder, "_to_pool", fail)
    assert run(late) == 1
    clock = Clock.objects.get(lead=bad, kind="accept")
    assert (clock.set_aside_at, clock.error) == (late, "out of the blue")
    assert again(good).holder is None
    assert again(bad).holder is not None
    assert run(late + SECOND) == 0
    # What failed is taken up where an administrator says so, once what was wrong is mended.
    monkeypatch.setattr(ladder, "_to_pool", choose)
    assert retry_clocks(actor=cast.olu, now=late + SECOND) == 1
    assert step_of(clock, "offer").state == "pending"
    assert climb(now=late + SECOND) == 1
    assert again(bad).holder is None and step_of(clock, "offer").state == "done"


@pytest.mark.django_db(transaction=True)
def test_two_workers_carry_out_a_step_once(cast: Cast, now: datetime) -> None:
    leads = [submitted(cast, now) for _ in range(6)]
    late = max(at_step(accept_of(lead), "offer") for lead in leads)
    sweep(now=late)
    moved: list[int] = []

    def work() -> None:
        moved.append(climb(now=late))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(moved) == 6
    assert not ClockStep.objects.filter(state=STATE.PENDING).exists()
    assert Lead.objects.filter(holder=None, stage="submitted").count() == 6
    assert Message.objects.filter(kind="clock.escalated").count() == 12


def test_the_longest_due_takes_the_first_turn_whichever_worker_noted_it_first(
    cast: Cast, now: datetime
) -> None:
    first, second = pooled(cast, now), pooled(cast, now + MINUTE)
    clocks = [accept_of(lead) for lead in (first, second)]
    late = at_step(clocks[1], "reassign")
    for clock in reversed(clocks):
        for _ in clock.steps[: clock.steps.index("reassign") + 1]:
            _take(late, 1, Receivers(late), only=clock.pk)
    climb(now=late)
    assert [again(lead).holder for lead in (first, second)] == [cast.sam, cast.dora]


def test_of_those_due_at_once_the_older_lead_goes_first_whoever_began_its_clock_first(
    cast: Cast, now: datetime
) -> None:
    older, younger = submitted(cast, now), submitted(cast, now)  # both with Sam
    Membership.objects.create(user=cast.nora, team=cast.emea)
    late = at_step(accept_of(older), "offer")
    sweep(now=late)
    steps = [step_of(accept_of(lead), "offer") for lead in (younger, older)]
    for step in steps:  # two workers, of whom the younger lead's is the quicker
        assert ladder._carry_out(step.pk, step.clock.lead_id, late)
    late = at_step(accept_of(older), "reassign")
    assert run(late) == 2
    assert [again(lead).holder for lead in (older, younger)] == [cast.dora, cast.nora]
