"""Attainment: clocks met by due ÷ clocks whose due instant lies in the period (DESIGN §7).

An open overdue clock counts as missed; what is not yet due, is void or had a relief is out. Small
numbers are shown as counts: a share of fewer than ten says nothing, one of fewer than thirty needs
its range.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from leadbridge.kernel.shares import LEAST_FOR_SHARE, LEAST_WITHOUT_RANGE, wilson
from sla.clocks.queries import outcome_q
from sla.reports.groups import By, names_of
from sla.reports.rollups.counting import counts_of
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
class Relieved:
    """Promises that fell due with easier times by a relief: beside attainment, never in it."""

    due: int = 0
    met: int = 0


@dataclass(frozen=True)
class Group:
    """One line of a breakdown."""

    key: str
    name: str
    score: Score


def score_of(slice_: Slice, *, now: datetime) -> Score:
    """The attainment of a slice as a whole."""
    return Score(*counts_of(slice_, (), now).get((), ()))


def relieved_of(slice_: Slice, *, now: datetime) -> Relieved:
    """What of a slice had a relief. Such clocks are few and have an index of their own."""
    met = Count("pk", filter=outcome_q(Part.MET, now))
    return Relieved(**clocks_in(slice_, Part.RELIEVED, now).aggregate(due=Count("pk"), met=met))


def scores_by(by: By, slice_: Slice, *, now: datetime) -> list[Group]:
    """The attainment of a slice broken down, in the order of the names."""
    found = {key: Score(*counts) for (key,), counts in counts_of(slice_, [by], now).items()}
    names = names_of(by, sorted(found))
    groups = [Group(key, names.get(key, key), score) for key, score in found.items()]
    return sorted(groups, key=lambda group: (group.name.casefold(), group.key))
