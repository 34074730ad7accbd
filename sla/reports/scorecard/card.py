"""The scorecard as a whole, counted from one snapshot: pages, API, files and mail draw it."""

from dataclasses import dataclass
from datetime import datetime

from sla.clocks.kinds import Side
from sla.reports.asking import Asked
from sla.reports.ledger import one_snapshot
from sla.reports.rollups.came import touches_made
from sla.reports.scorecard.cohort import Cohort, cohort_of
from sla.reports.scorecard.pace import Pace, pace_of
from sla.reports.scorecard.promises import Kept, kept_by_both
from sla.reports.scorecard.weeks import Change, Week, changes_between, weeks_of


@dataclass(frozen=True)
class Scorecard:
    """What both sides promised and kept, and what it came to."""

    weeks: tuple[Week, ...]
    kept: dict[Side, Kept]
    changes: tuple[Change, ...]
    cohort: Cohort
    touches: int
    pace: Pace | None


def scorecard_of(asked: Asked, *, now: datetime) -> Scorecard:
    """The scorecard of what was asked."""
    slice_ = asked.slice
    with one_snapshot():
        weeks = weeks_of(slice_.start, slice_.end)
        return Scorecard(
            tuple(weeks),
            kept_by_both(slice_, weeks, now=now),
            tuple(changes_between(slice_.start, slice_.end)),
            cohort_of(slice_, now=now),
            touches_made(slice_, now=now),
            pace_of(slice_, now=now),
        )
