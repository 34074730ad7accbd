"""Promises of marketing on what is no lead: a business day for what was set aside, and the agreed
time for the read-out of a campaign."""

from datetime import datetime
from decimal import Decimal

from leadbridge.people.models import Side, User
from leads.campaigns.readout_due import Owed
from sla.agreement.ladder import MANAGER, REMIND, Step
from sla.agreement.queries import active_agreement
from sla.agreement.targets import Amount, Target, Unit
from sla.calendars.arithmetic import open_seconds_of_business_day
from sla.calendars.queries import Hours, hours_for
from sla.clocks.spans import counted_span, span_of, step_times

AT_RISK = Decimal("0.75")
AN_HOUR = Target("readout", Amount(60, Unit.MINUTES))
IN_PERSON = Step(MANAGER, Decimal(2))  # the target and once more as long
NOBODY = 0  # no team has this number: the hours of the organisation count


def one_business_day(owner: User | None, now: datetime) -> tuple[datetime, datetime]:
    """When something that came in now is at risk and due, by the hours of who owns it, of their
    marketing team, or of the organisation. DomainError `no_working_time` where none of them has
    any."""
    hours = _hours_of(owner)
    seconds = open_seconds_of_business_day(hours.calendar)
    span = counted_span(now, seconds, AT_RISK, hours.calendar)
    return span.at_risk_at, span.due_at


def agreed_readout(marketer: User, now: datetime) -> Owed:
    """What is owed of a campaign launched now: by the agreement in force, an hour where none is,
    counted in the hours of who answers for it; brought before the heads one such time after due."""
    active, calendar = active_agreement(), _hours_of(marketer).calendar
    target = active.agreement.target_for(kind="readout") if active else AN_HOUR
    ladder = active.agreement.ladder_for("readout", None) if active else ()
    span = span_of(target, calendar, start=now)
    [raise_at] = step_times([IN_PERSON], span, target.amount, calendar)
    reminds = not active or any(step.do == REMIND for step in ladder)
    return Owed(span.at_risk_at, span.due_at, raise_at, reminds)


def _hours_of(owner: User | None) -> Hours:
    team = owner.teams.filter(side=Side.MARKETING).order_by("pk").first() if owner else None
    return hours_for(holder_id=owner.pk if owner else None, team_id=team.pk if team else NOBODY)
