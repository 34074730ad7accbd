"""From the parameters of an address to weeks and what they are broken down by."""

from collections.abc import Mapping
from datetime import datetime

from leadbridge.kernel.errors import FieldErrors
from sla.reports.groups import By
from sla.reports.scope import Scope
from sla.reports.scorecard.asking import CardAsked, read_card
from sla.reports.weekly.trend import TREND_BY

NARROWING = ("kind", "side", "holder", "tier")
OF_A_TREND = ("from", "to", "days", "team", "source", *NARROWING)


def read_trend(given: Mapping[str, str], scope: Scope, *, now: datetime) -> tuple[CardAsked, By]:
    """What an address asks for, twelve weeks by team where it says nothing; FieldErrors name what
    is wrong."""
    by = given.get("by") or By.TEAM.value
    if by not in TREND_BY:
        raise FieldErrors({"by": [f"Choose one of: {', '.join(TREND_BY)}."]})
    return read_card(given, scope, now=now, more=NARROWING), By(by)
