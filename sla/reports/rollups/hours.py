"""In which hours of the week what was handed over came, and what fell due began: kept by day, since
what can be staffed is an hour and what can be chosen is a period."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import fell_due, outcome_q
from sla.reports.arrivals import BEGAN, HANDED, hour_of
from sla.reports.rollups import stores
from sla.reports.rollups.days import ONE, Split, begins
from sla.reports.rollups.models import HourDue, HourHanded
from sla.reports.slices import Part, Slice, clocks_in

_OF_DUE = ("kind", "side", "team_id", "arrived")
_OF_HANDED = ("team_id", "arrived")


def handed_by_hour(slice_: Slice, *, now: datetime) -> Counter[str]:
    """How many leads were handed over in each hour of the week, as `arrivals.hour_of` names it."""
    found = Counter[str]()
    cut = _cut(slice_, stores.HANDED, now)
    kept = _narrowed(HourHanded.objects.filter(stores.among(cut.days)), slice_)
    for hour, handed in kept.values_list("arrived").annotate(n=Sum("handed")).order_by():
        found[hour] += handed
    for part in _parts(slice_, cut):
        rows = _handed(part, now).values_list("arrived").annotate(n=Count("pk"))
        found.update(dict(rows))
    return found


def due_by_hour(slice_: Slice, *, now: datetime) -> dict[str, tuple[int, int]]:
    """Of the promises that fell due, by the hour of the week in which they began: how many were
    missed, and how many there were."""
    missed, due = Counter[str](), Counter[str]()
    cut = _cut(slice_, stores.DUE, now)
    kept = _narrowed(HourDue.objects.filter(stores.among(cut.days)), slice_)
    if slice_.kind:
        kept = kept.filter(kind=slice_.kind)
    if slice_.side:
        kept = kept.filter(side=slice_.side)
    sums = {"n_missed": Sum("missed"), "n_due": Sum("due")}
    rows = [*kept.values_list("arrived").annotate(**sums).order_by()]
    for part in _parts(slice_, cut):
        counts = {"n_missed": Count("pk", filter=outcome_q("missed", now)), "n_due": Count("pk")}
        fallen = clocks_in(part, Part.DUE, now).order_by().annotate(arrived=hour_of(BEGAN))
        rows += fallen.values_list("arrived").annotate(**counts)
    for hour, late, whole in rows:
        missed[hour] += late
        due[hour] += whole
    return {hour: (missed[hour], whole) for hour, whole in due.items()}


def write_due(day: date, zone: ZoneInfo, now: datetime) -> None:
    """Keep one day of what fell due."""
    HourDue.objects.bulk_create([HourDue(day=day, **one) for one in due_of(day, zone, now)])


def write_handed(day: date, zone: ZoneInfo, now: datetime) -> None:
    """Keep one day of what was handed over."""
    HourHanded.objects.bulk_create(
        [HourHanded(day=day, **one) for one in handed_of(day, zone, now)]
    )


def due_of(day: date, zone: ZoneInfo, now: datetime) -> list[dict[str, Any]]:
    """What the rows say of one day that is to be kept."""
    fallen = fell_due(begins(day, zone), begins(day + ONE, zone), now)
    rows = Clock.objects.filter(fallen, kind__in=list(KINDS)).order_by()
    counts = {"n": Count("pk"), "late": Count("pk", filter=outcome_q("missed", now))}
    grouped = rows.annotate(arrived=hour_of(BEGAN)).values(*_OF_DUE).annotate(**counts)
    return [
        dict(zip((*_OF_DUE, "due", "missed"), row, strict=True))
        for row in grouped.values_list(*_OF_DUE, *counts)
    ]


def handed_of(day: date, zone: ZoneInfo, now: datetime) -> list[dict[str, Any]]:
    """The same of what was handed over."""
    slice_ = Slice(begins(day, zone), begins(day + ONE, zone))
    grouped = _handed(slice_, now).values(*_OF_HANDED).annotate(n=Count("pk"))
    return [
        dict(zip((*_OF_HANDED, "handed"), row, strict=True))
        for row in grouped.values_list(*_OF_HANDED, "n")
    ]


def _handed(slice_: Slice, now: datetime) -> QuerySet[Any]:  # no type tells what is annotated
    return clocks_in(slice_, Part.SUBMITTED, now).order_by().annotate(arrived=hour_of(HANDED))


def _cut(slice_: Slice, kept: stores.Kept, now: datetime) -> Split:
    """Kept days know the team, and of promises the kind."""
    if slice_.holder_id is not None or slice_.source or slice_.marketer_id is not None:
        return stores.uncut(slice_)
    return stores.uncut(slice_) if slice_.by_rows else kept.cut(slice_, now)


def _parts(slice_: Slice, cut: Split) -> list[Slice]:
    return [replace(slice_, start=start, end=end) for start, end in cut.spans]


def _narrowed(rows: QuerySet[Any], slice_: Slice) -> QuerySet[Any]:
    if slice_.team_ids is None:
        return rows
    return rows.filter(team_id__in=sorted(slice_.team_ids))
