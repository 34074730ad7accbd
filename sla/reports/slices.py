"""Which clocks a figure counts: a period and filters, and the part of them that is asked for.

A figure is `clocks_in(slice, part, now).count()`, and the list it opens is the same query set: so
the length of the list is the figure.
"""

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet

from leads.handoff.recoding import coded_now, detail_now
from sla.clocks.models import Clock
from sla.reports import due_parts, hole_parts
from sla.reports.arrivals import BEGAN, HANDED, hour_of, hour_q
from sla.reports.causes import cause_of
from sla.reports.handovers import parts as handover_parts
from sla.reports.handovers.parts import CRITERION, OF_SUBMISSION
from sla.reports.narrowing import NONE, Slice, narrowed
from sla.reports.parts import Conditions, Labels, Part

__all__ = ["CONDITIONS", "LABELS", "Part", "Slice", "clocks_in"]

ROOMS = (due_parts, hole_parts, handover_parts)
LABELS: Labels = {part: words for room in ROOMS for part, words in room.LABELS.items()}
CONDITIONS: Conditions = {part: one for room in ROOMS for part, one in room.CONDITIONS.items()}


def clocks_in(slice_: Slice, part: Part, now: datetime) -> QuerySet[Clock]:
    """The clocks behind a figure. Handovers are those of the accept clock, whatever the kind."""
    if part in OF_SUBMISSION:
        slice_ = replace(slice_, kind="", side="")
    clocks = Clock.objects.filter(narrowed(slice_)).filter(CONDITIONS[part](slice_, now))
    if slice_.reason:
        coded = clocks.annotate(code=coded_now("ended_by_id", "ended_by__data"))
        clocks = coded.filter(code=slice_.reason)
    if slice_.cause:
        clocks = clocks.annotate(cause=cause_of(now)).filter(cause=slice_.cause)
    if slice_.criterion:
        named = "" if slice_.criterion == NONE else slice_.criterion
        clocks = clocks.annotate(criterion=CRITERION).filter(criterion=named)
    if slice_.detail:
        named_beside = detail_now("ended_by_id", "ended_by__data")
        clocks = clocks.annotate(detail=named_beside).filter(detail=slice_.detail)
    if slice_.verdict:
        said_yes = Q(lead__verdict="yes")
        clocks = clocks.filter(said_yes if slice_.verdict == "yes" else ~said_yes)
    if slice_.hour:
        arrived = hour_of(HANDED if part in OF_SUBMISSION else BEGAN)
        clocks = clocks.annotate(arrived=arrived).filter(hour_q(slice_.hour))
    return clocks
