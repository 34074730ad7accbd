"""On track, at risk, overdue: the one definition, for a Python value and for SQL alike.

Met exactly at the due instant is met, so a promise is overdue only *after* `due_at`.
"""

from datetime import datetime
from enum import StrEnum

from django.db.models import Q


class Pressure(StrEnum):
    """How a running promise stands at an instant."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"


def pressure_of(*, at_risk_at: datetime, due_at: datetime, now: datetime) -> Pressure:
    """How a running promise with these two instants stands at `now`."""
    if now > due_at:
        return Pressure.OVERDUE
    if now >= at_risk_at:
        return Pressure.AT_RISK
    return Pressure.ON_TRACK


def pressure_q(pressure: Pressure, now: datetime, *, at_risk: str, due: str) -> Q:
    """The same rule as a database condition over two columns, named by `at_risk` and `due`."""
    overdue = Q(**{f"{due}__lt": now})
    risky = Q(**{f"{at_risk}__lte": now})
    return {
        Pressure.OVERDUE: overdue,
        Pressure.AT_RISK: risky & Q(**{f"{due}__gte": now}),
        Pressure.ON_TRACK: Q(**{f"{at_risk}__gt": now}) & Q(**{f"{due}__gte": now}),
    }[pressure]
