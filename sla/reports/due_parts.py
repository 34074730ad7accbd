"""What fell due and what became of it, and what began: the parts behind attainment and times."""

from datetime import datetime

from django.db.models import Q

from sla.clocks.queries import fell_due, fell_due_relieved, outcome_q
from sla.reports.narrowing import Slice
from sla.reports.parts import Condition, Conditions, Labels, Part

LABELS: Labels = {
    Part.DUE: "Fell due",
    Part.MET: "Met",
    Part.MET_LATE: "Met late",
    Part.MISSED_OPEN: "Missed and still open",
    Part.MISSED: "Missed",
    Part.RELIEVED: "Fell due under surge relief",
    Part.RELIEVED_MET: "Met under surge relief",
    Part.TIMED: "Started",
}


def _fell_due(slice_: Slice, now: datetime) -> Q:
    return fell_due(slice_.start, slice_.end, now)


def _relieved(slice_: Slice, now: datetime) -> Q:
    return fell_due_relieved(slice_.start, slice_.end, now)


def _of_due(part: Part) -> Condition:
    return lambda slice_, now: _fell_due(slice_, now) & outcome_q(part, now)


def _started(slice_: Slice, now: datetime) -> Q:
    # A clock is due after it started: the bound on `due_at` lets its index find the period.
    return Q(
        void_at__isnull=True,
        started_at__gte=slice_.start,
        started_at__lt=slice_.end,
        due_at__gte=slice_.start,
    )


CONDITIONS: Conditions = {
    Part.DUE: _fell_due,
    **{p: _of_due(p) for p in (Part.MET, Part.MET_LATE, Part.MISSED_OPEN, Part.MISSED)},
    Part.RELIEVED: _relieved,
    Part.RELIEVED_MET: lambda slice_, now: _relieved(slice_, now) & outcome_q(Part.MET, now),
    Part.TIMED: _started,
}
