"""Persistence: which attempt is owed next, by when, and when none is any more."""

from datetime import datetime
from decimal import Decimal

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import disqualify_lead, qualify_lead
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead
from leads.work.actions import log_touch
from sla.agreement.attempts import AttemptPlan
from sla.agreement.queries import active_agreement
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock
from sla.clocks.spans import after
from sla.clocks.states import IS_RUNNING, State, state_of
from tests.leads.handoff.scenes import DAY, HOUR, MINUTE, accepted, submitted


def try_to_reach(
    lead: Lead, cast: Cast, at: datetime, *, channel: str = "call", result: str = "no_answer"
) -> None:
    log_touch(lead_id=lead.pk, actor=cast.sam, now=at, channel=channel, result=result)


def owed(lead: Lead) -> Clock | None:
    return Clock.objects.filter(IS_RUNNING, lead=lead, kind="attempts").first()


def plan_of(lead: Lead) -> AttemptPlan:
    active = active_agreement()
    assert active is not None
    return active.agreement.attempts_for(lead.tier)


def test_each_attempt_is_due_on_its_agreed_time_from_the_first(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    try_to_reach(lead, cast, now + MINUTE)
    plan = plan_of(lead)
    for number in (2, 3):
        clock = owed(lead)
        assert clock is not None
        calendar = calendar_of(clock.calendar_id)
        assert (clock.number, clock.side) == (number, "sales")
        assert clock.due_at == after(plan.on[number - 2], calendar, now + MINUTE)
        try_to_reach(lead, cast, clock.due_at - HOUR)
        clock.refresh_from_db()
        assert state_of(clock, clock.due_at + DAY) is State.MET


def test_who_is_reached_is_owed_no_further_attempt(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    try_to_reach(lead, cast, now, result="talked")
    assert owed(lead) is None
    other = accepted(cast, now)
    try_to_reach(other, cast, now)
    try_to_reach(other, cast, now + HOUR, channel="message", result="replied")
    assert owed(other) is None
    try_to_reach(other, cast, now + 2 * HOUR)  # a later call is a step, no attempt to reach them
    assert owed(other) is None


def test_after_a_late_attempt_the_next_one_has_a_business_day(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    try_to_reach(lead, cast, now)
    late = now + 9 * DAY
    try_to_reach(lead, cast, late)
    clock = owed(lead)
    assert clock is not None
    assert clock.due_at >= late + DAY
    assert clock.started_at == late


def test_attempts_by_one_channel_are_not_all_that_was_agreed(cast: Cast, now: datetime) -> None:
    lead = accepted(cast, now)
    count = plan_of(lead).count
    for day in range(count):
        try_to_reach(lead, cast, now + day * DAY)
    clock = owed(lead)
    assert clock is not None and clock.number == count + 1
    try_to_reach(lead, cast, now + count * DAY, channel="message", result="sent")
    assert owed(lead) is None


def test_all_agreed_attempts_over_channels_and_days_end_it(cast: Cast, now: datetime) -> None:
    lead = submitted(cast, now)  # a touch accepts as well
    for day in range(plan_of(lead).count):
        assert (owed(lead) is None) == (day == 0)
        channel = "call" if day % 2 else "message"
        try_to_reach(lead, cast, now + day * DAY + MINUTE, channel=channel)
    assert owed(lead) is None


def test_giving_up_voids_the_attempt_and_an_opportunity_meets_it(cast: Cast, now: datetime) -> None:
    lead, other = accepted(cast, now), accepted(cast, now)
    for one in (lead, other):
        try_to_reach(one, cast, now)
    disqualify_lead(lead_id=lead.pk, actor=cast.sam, now=now + HOUR, reason="no_need")
    qualify_lead(
        lead_id=other.pk,
        actor=cast.sam,
        now=now + HOUR,
        value=Decimal(1000),
        close_on=(now + 30 * DAY).date(),
    )
    ended = Clock.objects.get(lead=lead, kind="attempts")
    assert (state_of(ended, now + DAY), ended.void_cause) == (State.VOID, "disqualify")
    assert state_of(Clock.objects.get(lead=other, kind="attempts"), now + DAY) is State.MET


def test_a_pause_that_is_over_counts_for_the_next_attempt_from_its_start(
    cast: Cast, now: datetime
) -> None:
    lead = accepted(cast, now)
    try_to_reach(lead, cast, now)

    def pause(at: datetime, until: datetime) -> None:
        pause_lead(lead_id=lead.pk, actor=cast.sam, now=at, code="asked_for_date", until=until)

    pause(now + HOUR, now + 4 * HOUR)
    try_to_reach(lead, cast, now + 5 * HOUR)
    clock = owed(lead)
    assert clock is not None
    calendar, agreed = calendar_of(clock.calendar_id), plan_of(lead).on[1]
    assert clock.started_at == now
    assert clock.due_at == after(agreed, calendar, now) + 3 * HOUR

    # A later pause moves it by what that one takes, and not by the first one once more.
    pause(now + 6 * HOUR, now + 6 * HOUR + 10 * MINUTE)
    moved = owed(lead)
    assert moved is not None
    assert moved.due_at == clock.due_at + 10 * MINUTE


def test_time_that_was_paused_does_not_make_an_attempt_late(cast: Cast, now: datetime) -> None:
    """Without the pause the agreed time of the third attempt lay behind the second one."""
    lead = accepted(cast, now)
    try_to_reach(lead, cast, now)
    until = now + 21 * DAY
    pause_lead(
        lead_id=lead.pk, actor=cast.sam, now=now + MINUTE, code="asked_for_date", until=until
    )
    try_to_reach(lead, cast, until + MINUTE)
    clock = owed(lead)
    assert clock is not None and clock.number == 3
    calendar, agreed = calendar_of(clock.calendar_id), plan_of(lead).on[1]
    assert after(agreed, calendar, now) < until
    assert clock.started_at == now
    assert clock.due_at == after(agreed, calendar, now, [(now + MINUTE, until)])
