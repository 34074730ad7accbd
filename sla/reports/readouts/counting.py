"""How read-outs were kept: the same rule as for clocks, over the campaigns that were launched.

They are of the whole organisation: no team and no source has a part of them.
"""

from datetime import datetime
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet

from leadbridge.kernel.deadline import Pressure, pressure_q
from leadbridge.kernel.errors import DomainError
from leads.campaigns.models import Readout
from leads.campaigns.readouts import UNSIGNED
from sla.reports.attainment import Score
from sla.reports.groups import By, key_of


class ReadoutPart(StrEnum):
    """What of the read-outs of a period is counted: `due` is the sum of the next three; `ahead` is
    what is open and not due yet, whatever the period."""

    DUE = "due"
    MET = "met"
    MET_LATE = "met_late"
    MISSED_OPEN = "missed_open"
    AHEAD = "ahead"


def part_q(part: ReadoutPart, now: datetime) -> Q:
    """Which read-outs those are. Signed by the second side at the due instant is in time."""
    late = pressure_q(Pressure.OVERDUE, now, at_risk="at_risk_at", due="due_at")
    in_time = Q(marketing_at__lte=F("due_at"), sales_at__lte=F("due_at"))
    return {
        ReadoutPart.DUE: late | ~UNSIGNED,
        ReadoutPart.MET: ~UNSIGNED & in_time,
        ReadoutPart.MET_LATE: ~UNSIGNED & ~in_time,
        ReadoutPart.MISSED_OPEN: UNSIGNED & late,
        ReadoutPart.AHEAD: UNSIGNED & ~late,
    }[part]


def readouts_in(
    start: datetime, end: datetime, part: ReadoutPart, now: datetime
) -> QuerySet[Readout]:
    """The read-outs behind a figure; each is of one campaign."""
    return Readout.objects.filter(_within(start, end, part, now))


def _within(start: datetime, end: datetime, part: ReadoutPart, now: datetime) -> Q:
    found = part_q(part, now)
    return found if part is ReadoutPart.AHEAD else found & Q(due_at__gte=start, due_at__lt=end)


def readout_counts(start: datetime, end: datetime, now: datetime) -> dict[ReadoutPart, int]:
    """All parts of a period, by one query."""
    counts = {
        part.value: Count("pk", filter=_within(start, end, part, now)) for part in ReadoutPart
    }
    found = Readout.objects.aggregate(**counts)
    return {part: found[part.value] for part in ReadoutPart}


def readout_score(start: datetime, end: datetime, now: datetime) -> Score:
    """How many fell due in a period, and what became of them."""
    return score_of(readout_counts(start, end, now))


def readout_weeks(start: datetime, end: datetime, now: datetime) -> dict[str, Score]:
    """The same week by week, by the Monday; one query."""
    parts = (ReadoutPart.MET, ReadoutPart.MET_LATE, ReadoutPart.MISSED_OPEN)
    counts = {f"n_{part}": Count("pk", filter=part_q(part, now)) for part in parts}
    due = readouts_in(start, end, ReadoutPart.DUE, now).order_by().values(week=key_of(By.WEEK))
    rows = due.annotate(n=Count("pk"), **counts).order_by("week")
    return {week: Score(*kept) for week, *kept in rows.values_list("week", "n", *counts)}


def score_of(counts: dict[ReadoutPart, int]) -> Score:
    """The same out of counts."""
    parts = (ReadoutPart.DUE, ReadoutPart.MET, ReadoutPart.MET_LATE, ReadoutPart.MISSED_OPEN)
    return Score(*(counts[part] for part in parts))


OF_READOUTS = ("from", "to", "days", "part")


def read_part(text: str) -> ReadoutPart:
    """Which list an address names; those that fell due where it names none. DomainError `not_found`
    for one that is none."""
    try:
        return ReadoutPart(text or ReadoutPart.DUE)
    except ValueError:
        sentence = f"There is no list “{text[:30]}”; its figure may be gone."
        raise DomainError("not_found", sentence, status=404) from None
