"""What became of the leads handed over in a period: how many went how far, by where they came from.

A cohort by its last handover (DESIGN §7): conversion is won ÷ handed over, of the same leads, so a
young cohort looks poor until it has had its time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from statistics import median

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.shares import Share
from sla.reports.asking import Asked, read_slice
from sla.reports.groups import By, names_of
from sla.reports.ledger import one_snapshot
from sla.reports.rollups.handed import (
    ACCEPTED,
    Handed,
    HandedBy,
    handed_and_won,
    outcome_count,
)
from sla.reports.scope import Scope
from sla.reports.slices import Slice

OF_A_FUNNEL = ("from", "to", "days", "team", "holder", "source")


class FunnelBy(StrEnum):
    """What a funnel is broken down by."""

    SOURCE = "source"
    CAMPAIGN = "campaign"
    TEAM = "team"
    HOLDER = "holder"


@dataclass(frozen=True)
class Funnel:
    """How far leads went; `days` is the median from handover to win, `value` what was won."""

    handed: int = 0
    accepted: int = 0
    opportunities: int = 0
    won: int = 0
    value: Decimal = Decimal(0)
    days: float | None = None

    @property
    def conversion(self) -> Share:
        """Won, of those handed over."""
        return Share(self.won, self.handed)


@dataclass(frozen=True)
class FunnelGroup:
    """One line of a breakdown."""

    key: str
    name: str
    funnel: Funnel


def read_funnel(given: Mapping[str, str], scope: Scope, *, now: datetime) -> tuple[Asked, FunnelBy]:
    """What an address asks for, by source where it says nothing; FieldErrors name what is wrong."""
    known = (*OF_A_FUNNEL, "by")
    wrong = sorted(set(given) - set(known))
    errors = {name[:40]: [f"Not known here; use {', '.join(known)}."] for name in wrong}
    by = given.get("by") or FunnelBy.SOURCE.value
    if by not in list(FunnelBy):
        errors["by"] = [f"Choose one of: {', '.join(FunnelBy)}."]
    try:
        asked = read_slice(given, scope, now=now)
    except FieldErrors as found:
        raise FieldErrors(found.errors | errors) from None
    if errors:
        raise FieldErrors(errors)
    return asked, FunnelBy(by)


def funnels_by(by: FunnelBy, slice_: Slice, *, now: datetime) -> tuple[Funnel, list[FunnelGroup]]:
    """The funnel of a slice as a whole, and broken down, the largest group first."""
    with one_snapshot():
        lines, days = handed_and_won(slice_, HandedBy(by.value), now=now)
    of: defaultdict[str, list[Handed]] = defaultdict(list)
    for line in lines:
        of[line.group].append(line)
    names = {} if by is FunnelBy.CAMPAIGN else names_of(By(by.value), list(of))
    groups = [
        FunnelGroup(key, names.get(key, key), _funnel(of_group, days.get(key, [])))
        for key, of_group in of.items()
    ]
    groups.sort(key=lambda one: (-one.funnel.handed, one.name.casefold(), one.key))
    return _funnel(lines, [one for of_group in days.values() for one in of_group]), groups


def _funnel(lines: Sequence[Handed], days: Sequence[float]) -> Funnel:
    return Funnel(
        sum(line.handed for line in lines),
        outcome_count(lines, ACCEPTED),
        sum(line.opportunities for line in lines),
        sum(line.won for line in lines),
        sum((line.won_value for line in lines), Decimal(0)),
        median(days) if days else None,
    )
