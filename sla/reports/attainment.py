"""Attainment: clocks met by due ÷ clocks whose due instant lies in the period (DESIGN §7).

An open overdue clock counts as missed; what is not yet due, or void, is out. Small numbers are
shown as counts: a share of fewer than ten says nothing, one of fewer than thirty needs its range.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from leadbridge.kernel.shares import LEAST_FOR_SHARE, LEAST_WITHOUT_RANGE, wilson
from sla.clocks.models import Clock
from sla.clocks.queries import OUTCOMES, outcome_q
from sla.reports.groups import By, key_of, names_of
from sla.reports.slices import Part, Slice, clocks_in


@dataclass(frozen=True)
class Score:
    """How many promises fell due, and what became of them: `due` is the sum of the other three."""

    due: int = 0
    met: int = 0
    met_late: int = 0
    missed_open: int = 0

    @property
    def share(self) -> float | None:
        """Met of due, in percent; None where too few fell due to speak of a share."""
        return 100 * self.met / self.due if self.due >= LEAST_FOR_SHARE else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95 % (Wilson, in percent), for ten to twenty-nine."""
        if not LEAST_FOR_SHARE <= self.due < LEAST_WITHOUT_RANGE:
            return None
        return wilson(self.met, self.due)

    @property
    def reason(self) -> str:
        """Why there is no share, empty where there is one."""
        if self.share is not None:
            return ""
        return "nothing fell due" if not self.due else f"fewer than {LEAST_FOR_SHARE} fell due"


@dataclass(frozen=True)
class Group:
    """One line of a breakdown."""

    key: str
    name: str
    score: Score


def score_of(slice_: Slice, *, now: datetime) -> Score:
    """The attainment of a slice as a whole."""
    return Score(**_due(slice_, now).aggregate(**_counts(now)))


def scores_by(by: By, slice_: Slice, *, now: datetime) -> list[Group]:
    """The attainment of a slice broken down, in the order of the names."""
    counted = _due(slice_, now).values(group=key_of(by)).annotate(**_counts(now))
    rows = counted.order_by("group").values_list("group", "due", *OUTCOMES)
    found = {group: Score(*counts) for group, *counts in rows}
    names = names_of(by, list(found))
    groups = [Group(key, names.get(key, key), score) for key, score in found.items()]
    return sorted(groups, key=lambda group: (group.name.casefold(), group.key))


def _due(slice_: Slice, now: datetime) -> QuerySet[Clock]:
    return clocks_in(slice_, Part.DUE, now)


def _counts(now: datetime) -> Mapping[str, Count]:
    parts = {name: Count("pk", filter=outcome_q(name, now)) for name in OUTCOMES}
    return {"due": Count("pk"), **parts}
