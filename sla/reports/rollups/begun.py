"""How many clocks began in a slice: those that have ended by the kept days, and those that run."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Q

from sla.clocks.models import Clock
from sla.clocks.queries import began_running
from sla.clocks.states import IS_RUNNING
from sla.reports.rollups.models import Took
from sla.reports.rollups.stores import TOOK, among, uncut
from sla.reports.rollups.took import numbers
from sla.reports.slices import Part, Slice, clocks_in

Member = tuple[int, int]
"""A person, in a team."""


def begun_by_member(slice_: Slice, *, now: datetime) -> Counter[Member]:
    """What came into whose hands: each new holder of a lead has an accept clock of their own."""
    asked = replace(slice_, kind="accept", side="")
    told = not (asked.source or asked.marketer_id is not None or asked.by_rows)
    cut = TOOK.cut(asked, now) if told else uncut(asked)
    found = Counter[Member]()
    if cut.days:
        rows = Took.objects.filter(among(cut.days), kind=asked.kind)
        if asked.team_ids is not None:
            rows = rows.filter(team__in=sorted(asked.team_ids))
        for team, whose in rows.values_list("team_id", "whose"):
            heads = iter(numbers(bytes(whose)))
            for holder, ended, left in zip(heads, heads, heads, strict=True):
                if holder and asked.holder_id in (None, holder):
                    found[holder, team] += ended + left
        begun = clocks_in(asked, Part.TIMED, now)
        runs = begun.filter(IS_RUNNING, began_running(asked.start))
        found += _counted(Q(pk__in=runs.values("pk")))
    for start, end in cut.spans:
        begun = clocks_in(replace(asked, start=start, end=end), Part.TIMED, now)
        over = begun if not cut.days else begun.filter(stopped_at__isnull=False)
        found += _counted(Q(pk__in=over.values("pk")))
    return found


def _counted(which: Q) -> Counter[Member]:
    rows = Clock.objects.filter(which, holder__isnull=False).order_by()
    counted = rows.values_list("holder_id", "team_id").annotate(count=Count("pk"))
    return Counter({(holder, team): count for holder, team, count in counted})
