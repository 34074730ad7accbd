"""Acceptance: accepted ÷ (accepted + rejected), of the leads handed over in a period (DESIGN §7).

It says how well marketing chose, so a rejection that does not count against marketing (a wrong
route, no capacity) is in neither; how many these are is told beside it.
"""

from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.shares import Share
from leads.handoff.reasons import Reason
from leads.handoff.stages import Action
from sla.reports.overview import Reason as Counted
from sla.reports.rollups.handed import ACCEPTED, HandedBy, handed_in, outcome_count
from sla.reports.slices import Slice


@dataclass(frozen=True)
class Acceptance:
    """Decisions of sales; `excluded` are the rejections that count not against marketing."""

    accepted: int
    rejected: int
    excluded: int

    @property
    def share(self) -> Share:
        """Accepted, of all that count."""
        return Share(self.accepted, self.accepted + self.rejected)

    def content(self) -> dict[str, object]:
        """As programs read it; no share below ten, a range below thirty."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "excluded": self.excluded,
            "n": self.share.n,
            "share": self.share.percent,
            "interval": self.share.interval,
        }


def acceptance_of(slice_: Slice, reasons: tuple[Counted, ...], *, now: datetime) -> Acceptance:
    """The acceptance of a slice whose rejections are counted by `reasons`."""
    others = Reason.objects.filter(action=Action.REJECT).exclude(against=Reason.Against.MARKETING)
    spared = set(others.values_list("code", flat=True))
    excluded = sum(reason.count for reason in reasons if reason.code in spared)
    rejected = sum(reason.count for reason in reasons) - excluded
    accepted = outcome_count(handed_in(slice_, HandedBy.NONE, now=now), ACCEPTED)
    return Acceptance(accepted, rejected, excluded)
