"""What is late or nearly so as things stand now, whatever the period: the parts behind the black
hole."""

from datetime import datetime, timedelta

from django.db.models import Q

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import due_within, overdue
from sla.reports.bands import band_q
from sla.reports.narrowing import Slice, narrowed
from sla.reports.parts import Condition, Conditions, Labels, Part

SOON = timedelta(hours=1)
LABELS: Labels = {
    Part.OVERDUE: "Overdue now",
    Part.DUE_SOON: "Due in the next hour",
    Part.UNASSIGNED_SOON: "Due in the next hour, held by nobody yet",
    Part.LATE_1: "Overdue, waiting up to twice as long as promised",
    Part.LATE_2: "Overdue, waiting 2 to 4 times as long as promised",
    Part.LATE_4: "Overdue, waiting 4 to 8 times as long as promised",
    Part.LATE_8: "Overdue, waiting 8 times as long as promised or longer",
    Part.LATE_UNASSIGNED: "Overdue and held by nobody",
    Part.LATE_INACTIVE: "Overdue, held by people who no longer work here",
    Part.LATE_PEOPLE: "The oldest broken promise to each person who waits",
}
BAND_PARTS = {1: Part.LATE_1, 2: Part.LATE_2, 4: Part.LATE_4, 8: Part.LATE_8}
# The overdue ones and the parts of them; oldest first, since somebody should act.
OF_LATE = frozenset(
    {
        Part.OVERDUE, Part.LATE_UNASSIGNED, Part.LATE_INACTIVE, Part.LATE_PEOPLE,
        *BAND_PARTS.values(),
    }
)  # fmt: skip
OF_NOW = OF_LATE | {Part.DUE_SOON, Part.UNASSIGNED_SOON}
# Nobody outside waits for what is owed when a lead has ended.
PERSON_WAITS = ~Q(kind__in=sorted(name for name, kind in KINDS.items() if kind.outlives))


def _unassigned_soon(slice_: Slice, now: datetime) -> Q:
    return due_within(now, SOON) & Q(holder__isnull=True)


def _late_and(condition: Q) -> Condition:
    return lambda slice_, now: overdue(now) & condition


def _late_band(times: int) -> Condition:
    return lambda slice_, now: overdue(now) & band_q(times, now)


def _late_people(slice_: Slice, now: datetime) -> Q:
    """The oldest of each person's, so that the list is as long as there are people."""
    late = Clock.objects.filter(narrowed(slice_), overdue(now), PERSON_WAITS)
    oldest = late.order_by("lead__person_id", "due_at", "pk").distinct("lead__person_id")
    return Q(pk__in=oldest.values("pk"))


CONDITIONS: Conditions = {
    Part.OVERDUE: lambda slice_, now: overdue(now),
    Part.DUE_SOON: lambda slice_, now: due_within(now, SOON),
    Part.UNASSIGNED_SOON: _unassigned_soon,
    **{part: _late_band(times) for times, part in BAND_PARTS.items()},
    Part.LATE_UNASSIGNED: _late_and(Q(holder__isnull=True)),
    Part.LATE_INACTIVE: _late_and(Q(holder__is_active=False)),
    Part.LATE_PEOPLE: _late_people,
}
