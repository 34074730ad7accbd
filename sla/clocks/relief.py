"""Surge relief: more leads on one day than was agreed, and the excess gets the times of tier 3.

Asked once, at the handover, and kept on the clocks: what follows from that handover (the decision,
the further attempts) has the same relief.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final

from leadbridge.kernel.time import local
from leads.handoff.changes import Change
from leads.handoff.models import Event
from leads.handoff.stages import Action
from sla.agreement.promises import Surge
from sla.agreement.queries import active_agreement
from sla.calendars.queries import hours_for
from sla.clocks.models import Clock
from sla.clocks.terms import past_now

SURGE: Final = "surge"
RELIEVED_KINDS = frozenset({"accept", "first_touch", "attempts", "decision"})
RELIEVED_TIER: Final = 3


def relief_of(change: Change, running: Sequence[Clock]) -> str:
    """The relief of what this change starts: for a handover it is found out, later it is that of
    the clocks which ran before the change. A past is judged by what its mapping says alone."""
    if past_now():
        return ""
    if change.action is not Action.SUBMIT:
        return next((clock.relief for clock in running if clock.relief), "")
    agreement = active_agreement()
    surge = agreement.agreement.surge if agreement else None
    return SURGE if surge and _exceeds(surge, change) else ""


def _exceeds(surge: Surge, change: Change) -> bool:
    """Is this handover beyond what was agreed for the team on its day? It counts itself: its event
    is written. Of two at the same instant neither sees the other, so the line may lie one later."""
    most = int(surge.per_day * surge.factor)
    at, team_id = change.event.at, change.lead.team_id
    today = Event.objects.filter(
        action=Action.SUBMIT, at__gte=_day_begins(team_id, at), at__lte=at, data__team=team_id
    )
    return today[: most + 1].count() > most


def _day_begins(team_id: int, at: datetime) -> datetime:
    """Midnight before `at` by the hours of the team, not by those of whoever got the lead."""
    there = local(at, hours_for(holder_id=None, team_id=team_id).calendar.zone.key)
    return datetime.combine(there.date(), time(), tzinfo=there.tzinfo).astimezone(UTC)
