"""Which pauses the agreement in force allows on a lead, and how long each may last."""

from collections.abc import Sequence
from datetime import datetime

from leads.handoff.models import Lead
from leads.handoff.pauses import Allowed
from sla.agreement.queries import active_agreement
from sla.calendars.queries import hours_for
from sla.clocks.spans import after

# Made by LeadBridge when a holder is away; nobody chooses it.
AUTOMATIC = frozenset({"absence"})


def allowed_pauses(lead: Lead, now: datetime) -> Sequence[Allowed]:
    """The pauses of the agreement, each with the latest instant at which it may end: its cap,
    counted by the hours of whoever holds the lead."""
    agreement = active_agreement()
    if agreement is None:
        return []
    calendar = hours_for(holder_id=lead.holder_id, team_id=lead.team_id).calendar
    return [
        Allowed(
            rule.code,
            rule.label,
            after(rule.cap, calendar, now),
            rule.kinds,
            by_people=rule.code not in AUTOMATIC,
        )
        for rule in agreement.agreement.pauses
    ]
