"""Promises of marketing on what is no lead: a business day for what was set aside, and the agreed
time for the read-out of a campaign."""

from datetime import datetime
from decimal import Decimal

from leadbridge.people.models import Side, User
from sla.agreement.queries import active_agreement
from sla.agreement.targets import Amount, Target, Unit
from sla.calendars.arithmetic import open_seconds_of_business_day
from sla.calendars.queries import Hours, hours_for
from sla.clocks.spans import counted_span, span_of

AT_RISK = Decimal("0.75")
AN_HOUR = Target("readout", Amount(60, Unit.MINUTES))
NOBODY = 0  # no team has this number: the hours of the organisation count


def one_business_day(owner: User | None, now: datetime) -> tuple[datetime, datetime]:
    """When something that came in now is at risk and due, by the hours of who owns it, of their
    marketing team, or of the organisation. DomainError `no_working_time` where none of them has
    any."""
    hours = _hours_of(owner)
    seconds = open_seconds_of_business_day(hours.calendar)
    span = counted_span(now, seconds, AT_RISK, hours.calendar)
    return span.at_risk_at, span.due_at


def agreed_readout(marketer: User, now: datetime) -> tuple[datetime, datetime]:
    """When the read-out of a campaign launched now is at risk and due: by the agreement in force,
    an hour where none is, counted in the hours of who answers for the campaign."""
    active = active_agreement()
    target = active.agreement.target_for(kind="readout") if active else AN_HOUR
    span = span_of(target, _hours_of(marketer).calendar, start=now)
    return span.at_risk_at, span.due_at


def _hours_of(owner: User | None) -> Hours:
    team = owner.teams.filter(side=Side.MARKETING).order_by("pk").first() if owner else None
    return hours_for(holder_id=owner.pk if owner else None, team_id=team.pk if team else NOBODY)
