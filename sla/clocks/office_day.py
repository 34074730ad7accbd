"""One business day of marketing, for what waits there without being a lead."""

from datetime import datetime
from decimal import Decimal

from leadbridge.people.models import Side, User
from sla.calendars.arithmetic import open_seconds_of_business_day
from sla.calendars.queries import hours_for
from sla.clocks.spans import counted_span

AT_RISK = Decimal("0.75")
NOBODY = 0  # no team has this number: the hours of the organisation count


def one_business_day(owner: User | None, now: datetime) -> tuple[datetime, datetime]:
    """When something that came in now is at risk and due, by the hours of who owns it, of their
    marketing team, or of the organisation. DomainError `no_working_time` where none of them has
    any."""
    team = owner.teams.filter(side=Side.MARKETING).order_by("pk").first() if owner else None
    hours = hours_for(holder_id=owner.pk if owner else None, team_id=team.pk if team else NOBODY)
    seconds = open_seconds_of_business_day(hours.calendar)
    span = counted_span(now, seconds, AT_RISK, hours.calendar)
    return span.at_risk_at, span.due_at
