"""What became of the leads handed over in a period: how many went how far, by where they came from.

A cohort by its last handover (DESIGN §7): conversion is won ÷ handed over, of the same leads, so a
young cohort looks poor until it has had its time.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.shares import Share
from sla.reports.asking import Asked, read_slice
from sla.reports.groups import By, names_of
from sla.reports.rollups.handed import (
    ACCEPTED,
    Handed,
    HandedBy,
    days_to_win,
    handed_in,
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


def funnel_of(slice_: Slice, *, now: datetime) -> Funnel:
    """The funnel of a slice as a whole."""
    return _funnels(slice_, HandedBy.NONE, now).get("", Funnel())


def funnels_by(by: FunnelBy, slice_: Slice, *, now: datetime) -> list[FunnelGroup]:
    """The same broken down, the largest group first."""
    found = _funnels(slice_, HandedBy(by.value), now)
    names = {} if by is FunnelBy.CAMPAIGN else names_of(By(by.value), list(found))
    groups = [FunnelGroup(key, names.get(key, key), funnel) for key, funnel in found.items()]
    return sorted(groups, key=lambda one: (-one.funnel.handed, one.name.casefold(), one.key))


def _funnels(slice_: Slice, by: HandedBy, now: datetime) -> dict[str, Funnel]:
    of: defaultdict[str, list[Handed]] = defaultdict(list)
    for line in handed_in(slice_, by, now=now):
        of[line.group].append(line)
    days = days_to_win(slice_, by, now=now)
    return {
        group: Funnel(
            sum(line.handed for line in lines),
            outcome_count(lines, ACCEPTED),
            sum(line.opportunities for line in lines),
            sum(line.won for line in lines),
            sum((line.won_value for line in lines), Decimal(0)),
            days.get(group),
        )
        for group, lines in of.items()
    }
