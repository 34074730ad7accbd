"""What became of the leads handed over in a period: how many went how far, by where they came from.

A cohort by its last handover (DESIGN §7): conversion is won ÷ handed over, of the same leads, so a
young cohort looks poor until it has had its time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Func, QuerySet, Sum, Value
from django.db.models.expressions import Combinable

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.shares import Share
from sla.clocks.models import Clock
from sla.reports.asking import Asked, read_slice
from sla.reports.groups import By, key_of, names_of
from sla.reports.scope import Scope
from sla.reports.slices import DECISIONS, PROGRESS, Part, Slice, clocks_in

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


class Median(Aggregate):
    """The middle value; the mean of the two middle ones of an even number."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class Days(Func):
    """A span in days, with what is left of one."""

    template = "(extract(epoch FROM %(expressions)s) / 86400.0)"
    output_field = FloatField()


_COUNTED = ("handed", "accepted", "opportunities", "won", "value", "days")


def funnel_of(slice_: Slice, *, now: datetime) -> Funnel:
    """The funnel of a slice as a whole."""
    found = _handed(slice_, now).values(group=Value("")).annotate(**_counts())
    rows = found.values_list(*_COUNTED)
    return next(map(_funnel, rows), Funnel())


def funnels_by(by: FunnelBy, slice_: Slice, *, now: datetime) -> list[FunnelGroup]:
    """The same broken down, the largest group first."""
    counted = _handed(slice_, now).values(group=_key(by)).annotate(**_counts())
    found = {key: _funnel(counts) for key, *counts in counted.values_list("group", *_COUNTED)}
    names = {} if by is FunnelBy.CAMPAIGN else names_of(By(by.value), list(found))
    groups = [FunnelGroup(key, names.get(key, key), funnel) for key, funnel in found.items()]
    return sorted(groups, key=lambda one: (-one.funnel.handed, one.name.casefold(), one.key))


def _handed(slice_: Slice, now: datetime) -> QuerySet[Clock]:
    return clocks_in(slice_, Part.SUBMITTED, now).order_by()


def _funnel(counts: Sequence[Any]) -> Funnel:
    handed, accepted, opportunities, won, value, days = counts
    return Funnel(handed, accepted, opportunities, won, value or Decimal(0), days)


def _key(by: FunnelBy) -> Combinable:
    return F("lead__campaign") if by is FunnelBy.CAMPAIGN else key_of(By(by.value))


def _counts() -> dict[str, Aggregate]:
    won = PROGRESS[Part.WON]
    return {
        "handed": Count("pk"),
        "accepted": Count("pk", filter=DECISIONS[Part.ACCEPTED]),
        "opportunities": Count("pk", filter=PROGRESS[Part.OPPORTUNITIES]),
        "won": Count("pk", filter=won),
        "value": Sum("lead__value", filter=won),
        "days": Median(Days(F("lead__closed_at") - F("lead__submitted_at")), filter=won),
    }
