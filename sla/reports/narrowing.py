"""A period and what else narrows clocks down."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

NONE = "none"


@dataclass(frozen=True)
class Slice:
    """The period `[start, end)` and what else narrows the clocks down; blank narrows nothing.

    `team_ids` None is every team; `holder_id` 0 is the pools, which no person holds. `marketer_id`
    is whose leads they are on; `criterion` what a rejection named, "none" where it named none;
    `detail` what its reason asked for; `verdict` what the definition says of the lead, "yes" or
    "other";
    `tier` that by which a promise is judged, "none" where it has none.
    `reason`, `criterion`, `detail`, `verdict`, `cause` and `hour` (of arrival) narrow lists alone,
    never what is counted by kept days.
    """

    start: datetime
    end: datetime
    kind: str = ""
    side: str = ""
    team_ids: frozenset[int] | None = None
    holder_id: int | None = None
    source: str = ""
    reason: str = ""
    cause: str = ""
    marketer_id: int | None = None
    criterion: str = ""
    tier: str = ""
    hour: str = ""
    detail: str = ""
    verdict: str = ""

    @property
    def by_rows(self) -> bool:
        """Is it narrowed by something that kept days do not know?"""
        named = self.reason or self.criterion or self.detail or self.verdict
        return bool(named or self.cause or self.hour or self.tier)

    def before(self) -> "Slice":
        """The period of the same length that ends where this one starts."""
        return replace(self, start=self.start - (self.end - self.start), end=self.start)


def narrowed(slice_: Slice) -> Q:
    """All of a slice but its period."""
    found = Q()
    if slice_.kind:
        found &= Q(kind=slice_.kind)
    if slice_.side:
        found &= Q(side=slice_.side)
    if slice_.team_ids is not None:
        found &= Q(team_id__in=sorted(slice_.team_ids))
    if slice_.holder_id is not None:
        found &= Q(holder_id=slice_.holder_id) if slice_.holder_id else Q(holder__isnull=True)
    if slice_.source:
        found &= Q(lead__source=slice_.source)
    if slice_.marketer_id is not None:
        found &= Q(lead__marketer_id=slice_.marketer_id)
    if slice_.tier:
        found &= Q(tier=None if slice_.tier == NONE else int(slice_.tier))
    return found
