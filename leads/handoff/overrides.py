"""How often marketing went past the definition this month, beside what was agreed at most.

The cap is agreed elsewhere: whoever knows the agreement registers how to ask for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Q

from leadbridge.kernel.time import local
from leads.handoff.models import Lead

_registered: list[Callable[[], Decimal | None]] = []


def register_cap(asking: Callable[[], Decimal | None]) -> None:
    """Say how to ask for the agreed share of overrides; the last word counts."""
    _registered[:] = [asking]


@dataclass(frozen=True)
class Overrides:
    """Handovers since the month began, and those of them that no verdict carried. `cap` is the
    agreed share, None where nothing is promised."""

    count: int
    submitted: int
    cap: Decimal | None

    @property
    def most(self) -> int | None:
        """How many the cap allows at this number of handovers."""
        return None if self.cap is None else int(self.cap * self.submitted)

    @property
    def beyond(self) -> bool:
        """Are there more than was agreed?"""
        return self.most is not None and self.count > self.most

    def words(self) -> str:
        """ "3 of 42 this month, cap 10 %: 4"."""
        counted = f"{self.count:,} of {self.submitted:,} this month"
        if self.cap is None:
            return f"{counted}, no cap agreed"
        return f"{counted}, cap {float(self.cap * 100):g} %: {self.most:,}"

    def content(self) -> dict[str, object]:
        """As programs read it."""
        cap = None if self.cap is None else float(self.cap)
        return {
            "count": self.count,
            "submitted": self.submitted,
            "cap": cap,
            "most": self.most,
            "words": self.words(),
        }


def overrides_at(now: datetime) -> Overrides:
    """The month so far, where the organisation is. A lead counts by its last handover."""
    here = local(now, settings.TIME_ZONE)
    begin = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = Lead.objects.filter(submitted_at__gte=begin, submitted_at__lte=now).aggregate(
        submitted=Count("pk"), count=Count("pk", filter=Q(overridden=True))
    )
    cap = next((asking() for asking in _registered), None)
    return Overrides(counted["count"], counted["submitted"], cap)
