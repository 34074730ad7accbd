"""What the pauses of a lead do to its clocks."""

from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import accept_lead
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead, resume_lead
from sla.calendars.arithmetic import elapsed
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.states import IS_RUNNING, State, state_of, state_q
from sla.clocks.sweep import sweep
from sla.reports.ledger import ledger
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, accepted, submitted, touch, working


def clock_of(lead: Lead, kind: str) -> Clock:
    return Clock.objects.get(IS_RUNNING, lead=lead, kind=kind)


def pause(lead: Lead, cast: Cast, now: datetime, until: datetime) -> Lead:
    return pause_lead(lead_id=lead.pk, actor=cast.sam, now=now, code="asked_for_date", until=until)


def test_a_pause_moves_what_is_due_by_the_working_time_it_covers(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    before = clock_of(lead, "first_touch")
    pause(lead, cast, now + MINUTE, now + 2 * DAY)
    after = clock_of(lead, "first_touch")
    calendar = calendar_of(after.calendar_id)
    covered = elapsed(calendar, now + MINUTE, now + 2 * DAY)
    assert elapsed(calendar, before.due_at, after.due_at) == covered
    assert after.due_at > before.due_at and after.at_risk_at > before.at_risk_at
    assert (after.target_seconds, after.started_at) == (before.target_seconds, before.started_at)
    assert after.step_times[:2] == [after.at_risk_at, after.due_at]
    assert after.next_at == after.at_risk_at
    assert after.pauses == [[(now + MINUTE).isoformat(), (now + 2 * DAY).isoformat()]]


def test_a_paused_clock_says_so_and_nothing_is_told_of_it(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    pause(lead, cast, now + MINUTE, now + 2 * DAY)
    clock = clock_of(lead, "first_touch")
    for at in (now + MINUTE, now + DAY):
        assert state_of(clock, at) is State.PAUSED
        assert Clock.objects.filter(state_q(State.PAUSED, at), pk=clock.pk).exists()
    assert state_of(clock, now + 2 * DAY) is State.RUNNING
    assert sweep(now=now + DAY).taken == 0
    assert ledger(now=now + DAY).unaccounted == 0


def test_a_pause_leaves_what_is_late_what_is_promised_and_other_kinds(
    cast: Cast, now: datetime
) -> None:
    lead = submitted(cast, now)
    accept = clock_of(lead, "accept")
    pause(lead, cast, now + MINUTE, now + DAY)
    assert clock_of(lead, "accept").due_at == accept.due_at  # one click, whatever they asked for
    late = working(cast, now - 3 * DAY)
    promised = clock_of(late, "next_step")
    Clock.objects.filter(lead=late, kind="decision").update(due_at=now - HOUR, at_risk_at=now - DAY)
    pause(late, cast, now, now + DAY)
    assert clock_of(late, "next_step").due_at == promised.due_at
    assert clock_of(late, "decision").due_at == now - HOUR


def test_going_on_earlier_gives_back_only_what_was_used(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    before = clock_of(lead, "first_touch").due_at
    pause(lead, cast, now, now + 20 * DAY)
    far = clock_of(lead, "first_touch").due_at
    resume_lead(lead_id=lead.pk, actor=cast.sam, now=now + 2 * MINUTE)
    clock = clock_of(lead, "first_touch")
    calendar = calendar_of(clock.calendar_id)
    assert clock.due_at < far
    assert elapsed(calendar, before, clock.due_at) == 120
    assert lead.pk and Lead.objects.get(pk=lead.pk).next_due_at == clock.due_at


def test_a_clock_that_starts_in_a_pause_stands_still_at_once(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)
    pause(lead, cast, now + MINUTE, now + DAY)
    accept_lead(lead_id=lead.pk, actor=cast.sam, now=now + 2 * MINUTE)
    decision = clock_of(lead, "decision")
    assert state_of(decision, now + HOUR) is State.PAUSED
    assert decision.pauses


@pytest.mark.parametrize("resume_after", [None, 3 * HOUR])
def test_an_explanation_of_a_paused_clock_ends_at_its_due_time(
    cast: Cast, now: datetime, resume_after: object
) -> None:
    from sla.clocks.explanation import explain_clock

    lead = accepted(cast, now)
    pause(lead, cast, now + MINUTE, now + 2 * DAY)
    if resume_after is not None:
        resume_lead(lead_id=lead.pk, actor=cast.sam, now=now + 3 * HOUR)
    clock = clock_of(lead, "first_touch")
    lines = explain_clock(clock)
    assert lines[-1].step.to == clock.due_at
    assert sum(line.step.counted_seconds for line in lines) == clock.target_seconds
    assert any("Paused" in line.step.why for line in lines)


def test_a_touch_in_a_pause_stops_the_clock_as_ever(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    pause(lead, cast, now + MINUTE, now + DAY)
    touch(lead, cast.sam, now + HOUR)
    clock = Clock.objects.get(lead=lead, kind="first_touch")
    assert state_of(clock, now + DAY) is State.MET
    assert clock.elapsed_seconds == 60  # the minute before the pause
