"""How often marketing went past the definition this month, beside what was agreed at most.

The cap is agreed elsewhere: whoever knows the agreement registers how to ask for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leads.handoff.models import Lead

LEAST_ALLOWED = 1  # a month that has just begun would otherwise allow none


@dataclass(frozen=True)
class Cap:
    """The agreed share of overrides; where it `refuses`, nobody goes beyond it, else it warns."""

    share: Decimal
    refuses: bool = False


_registered: list[Callable[[], Cap | None]] = []


def register_cap(asking: Callable[[], Cap | None]) -> None:
    """Say how to ask for the agreed cap; the last word counts."""
    _registered[:] = [asking]


@dataclass(frozen=True)
class Overrides:
    """Handovers since the month began, and those of them that no verdict carried. `cap` is None
    where nothing is promised."""

    count: int
    submitted: int
    cap: Cap | None

    @property
    def most(self) -> int | None:
        """How many the cap allows at this number of handovers."""
        return None if self.cap is None else int(self.cap.share * self.submitted)

    @property
    def beyond(self) -> bool:
        """Are there more than was agreed?"""
        return self.most is not None and self.count > self.most

    @property
    def closed(self) -> bool:
        """Would one more go beyond a cap that refuses?"""
        if self.cap is None or not self.cap.refuses:
            return False
        allowed = max(LEAST_ALLOWED, int(self.cap.share * (self.submitted + 1)))
        return self.count + 1 > allowed

    def words(self) -> str:
        """ "3 of 42 this month, cap 10 %: 4"."""
        counted = f"{self.count:,} of {self.submitted:,} this month"
        if self.cap is None:
            return f"{counted}, no cap agreed"
        return f"{counted}, cap {self._share()}: {self.most:,}"

    def refusal(self) -> str:
        """Which cap is reached, and what to do instead."""
        return (
            f"The agreement caps overrides at {self._share()} of the handovers of a month, and "
            f"they are used up: {self.count:,} of {self.submitted:,}. Find out what the definition "
            "still asks, nurture the lead, or ask both heads to agree on another cap."
        )

    def _share(self) -> str:
        return "" if self.cap is None else f"{float(self.cap.share * 100):g} %"

    def content(self) -> dict[str, object]:
        """As programs read it."""
        return {
            "count": self.count,
            "submitted": self.submitted,
            "cap": None if self.cap is None else float(self.cap.share),
            "refuses": self.cap is not None and self.cap.refuses,
            "closed": self.closed,
            "most": self.most,
            "words": self.words(),
        }


def overrides_at(now: datetime, *, besides: int | None = None) -> Overrides:
    """The month so far, where the organisation is. A lead counts by its last handover; `besides`
    leaves one lead out. A past that was imported is no part of it: it was lived elsewhere."""
    here = local(now, settings.TIME_ZONE)
    begin = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    leads = Lead.objects.filter(submitted_at__gte=begin, submitted_at__lte=now)
    leads = leads.exclude(origin="history")
    if besides is not None:
        leads = leads.exclude(pk=besides)
    # Of nothing that the index does not hold: a month may have a hundred thousand.
    counted = leads.aggregate(
        submitted=Count("*"), count=Count("overridden", filter=Q(overridden=True))
    )
    cap = next((asking() for asking in _registered), None)
    return Overrides(counted["count"], counted["submitted"], cap)


def require_room(lead: Lead, now: datetime) -> None:
    """One more override, in the transaction that makes it; DomainError `override_cap` (409) where
    the agreement refuses it. Two at once take turns, so that the last one is given away once."""
    cap = next((asking() for asking in _registered), None)
    if cap is None or not cap.refuses:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leads_overrides'))")
    found = overrides_at(max(now, lead.changed_at), besides=lead.pk)
    if found.closed:
        raise DomainError(
            "override_cap",
            found.refusal(),
            status=409,
            field="override_reason",
            data={"overrides": found.content()},
        )
