"""Which attempt to reach somebody is owed next, and by when. Pure but for the last
functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.handoff.effort import Effort
from leads.handoff.models import Lead
from leads.work.models import CONTACT, Touch
from sla.agreement.amounts import Amount, Unit
from sla.agreement.attempts import AttemptPlan
from sla.agreement.queries import active_agreement
from sla.calendars.arithmetic import BusinessCalendar, Pause
from sla.calendars.queries import hours_for
from sla.clocks.spans import after

# However late an attempt was, the next one is not owed on the same day.
APART = Amount(1, Unit.BUSINESS_DAYS)


@dataclass(frozen=True)
class Attempt:
    """One logged attempt, as far as its spread is counted."""

    at: datetime
    channel: str


@dataclass(frozen=True)
class Owed:
    """The agreed time of an attempt, and from what instant it is counted."""

    amount: Amount
    since: datetime


def reached(result: object) -> bool:
    """Did this result of a touch reach the person?"""
    return result in CONTACT


def is_spread(plan: AttemptPlan, made: Sequence[Attempt], calendar: BusinessCalendar) -> bool:
    """Do the attempts go over as many channels and local days as was agreed?"""
    days = {attempt.at.astimezone(calendar.zone).date() for attempt in made}
    return len({attempt.channel for attempt in made}) >= plan.channels and len(days) >= plan.days


def owed(
    plan: AttemptPlan,
    number: int,
    *,
    first_at: datetime,
    last_at: datetime,
    by: BusinessCalendar,
    pauses: Sequence[Pause] = (),
) -> Owed:
    """When attempt `number` (from 2 on) is due: on its agreed time after the first one, but at
    least a business day after the one before it, both without the time that was paused. Beyond
    the plan its last time counts."""
    agreed = plan.on[min(number, plan.count) - 2]
    if after(agreed, by, first_at, pauses) <= after(APART, by, last_at, pauses):
        return Owed(APART, last_at)
    return Owed(agreed, first_at)


def attempts_on(lead: Lead, now: Attempt) -> list[Attempt]:
    """All attempts since the handover, with the one that is being logged."""
    known = Touch.objects.filter(lead=lead, at__gte=lead.submitted_at or now.at)
    return [*(Attempt(at, channel) for at, channel in known.values_list("at", "channel")), now]


def effort_on(lead: Lead) -> Effort | None:
    """What was done to reach somebody since the handover, beside the plan of the agreement in
    force; None without one. After a conversation the attempts are counted anew."""
    agreement = active_agreement()
    if agreement is None:
        return None
    plan = agreement.agreement.attempts_for(lead.tier)
    told = Touch.objects.filter(lead=lead, at__gte=lead.submitted_at or lead.captured_at)
    rows = list(told.values_list("at", "channel", "result"))
    talks = [number for number, (_, _, result) in enumerate(rows) if reached(result)]
    since = rows[talks[-1] + 1 :] if talks else rows
    made = [Attempt(at, channel) for at, channel, _ in since]
    calendar = hours_for(holder_id=lead.holder_id, team_id=lead.team_id).calendar
    return Effort(len(made), plan.count, is_spread(plan, made, calendar), bool(talks))
