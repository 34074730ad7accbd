"""Surge relief: more leads on one day than was agreed, and the excess gets the times of tier 3.

Asked once, at the handover, and kept on the clocks: what follows from that handover (the decision,
the further attempts) has the same relief.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property
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
    return _handovers(change, most + 1) > most


def _handovers(change: Change, most: int) -> int:
    """Handovers of the change's team on its day until then, counted no further than `most`."""
    at, team_id = change.event.at, change.lead.team_id
    today = Event.objects.filter(
        action=Action.SUBMIT, at__gte=_day_begins(team_id, at), at__lte=at, data__team=team_id
    )
    return today[:most].count()


@dataclass
class Reliefs:
    """The same for many handovers at one instant whose events are not written yet: what was
    written is counted once for each team, what came since is counted here."""

    _counts: dict[tuple[int, datetime], int] = field(default_factory=dict)

    def relief_of(self, change: Change, running: Sequence[Clock]) -> str:
        """The relief of what this change starts."""
        if past_now() or change.action is not Action.SUBMIT:
            return relief_of(change, running)
        surge = self._surge
        if surge is None:
            return ""
        most = int(surge.per_day * surge.factor)
        key = (change.lead.team_id, change.event.at)
        if key not in self._counts:
            self._counts[key] = _handovers(change, most + 1)
        self._counts[key] += 1
        return SURGE if self._counts[key] > most else ""

    @cached_property
    def _surge(self) -> Surge | None:
        agreement = active_agreement()
        return agreement.agreement.surge if agreement else None


def _day_begins(team_id: int, at: datetime) -> datetime:
    """Midnight before `at` by the hours of the team, not by those of whoever got the lead."""
    there = local(at, hours_for(holder_id=None, team_id=team_id).calendar.zone.key)
    return datetime.combine(there.date(), time(), tzinfo=there.tzinfo).astimezone(UTC)
