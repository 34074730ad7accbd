"""What became of the clocks that fell due in a slice: kept days and rows, added up."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Func, Q, Sum, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, TruncWeek

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import OUTCOMES, fell_due, outcome_q
from sla.reports.groups import By, key_of
from sla.reports.rollups.days import Split, days_of_hour, runs, split
from sla.reports.rollups.models import DueCount, Grain, KeptDay, StaleHour
from sla.reports.rollups.stores import Days, Notes
from sla.reports.slices import Slice, narrowed

COLUMNS = ("due", *OUTCOMES)
Counts = dict[str, tuple[int, ...]]
_NO_GROUP = Value("", TextField())


def counts_of(
    slice_: Slice,
    by: By | None,
    now: datetime,
    *,
    weekly: bool = False,
    each_kind: bool = False,
) -> Counts:
    """Due, met, met late, missed and open of each group; of one group "" where `by` is None.
    `weekly`: of each group and week, by a key that begins with the week and a bar. `each_kind`:
    groups are told apart by kind too: "accept 2026-01-05"."""
    grain = _grain(slice_, by)
    cut = cut_of(slice_, now, KeptDay, StaleHour) if grain else uncut(slice_)
    found: dict[str, Counter[str]] = {}
    kept, counted = _key(by), key_of(by) if by else _NO_GROUP
    if weekly:
        kept, counted = _of_week(_key(By.WEEK), kept), _of_week(key_of(By.WEEK), counted)
    if each_kind:
        kept, counted = _each_kind(kept), _each_kind(counted)
    rows = [*_kept(slice_, kept, grain, cut), *_counted(slice_, counted, cut, now)]
    for group, *counts in rows:
        found.setdefault(group, Counter()).update(dict(zip(COLUMNS, counts, strict=True)))
    return {group: tuple(sums[name] for name in COLUMNS) for group, sums in found.items()}


def _grain(slice_: Slice, by: By | None) -> Grain | None:
    """The coarsest rows that still tell what is asked; None where none do."""
    if slice_.marketer_id is not None or slice_.tier or by is By.TIER:
        return None
    of_holder = slice_.holder_id is not None or by is By.HOLDER
    of_source = bool(slice_.source) or by is By.SOURCE
    if of_holder and of_source:
        return None
    if of_holder:
        return Grain.HOLDER
    return Grain.SOURCE if of_source else Grain.TEAM


def cut_of(
    slice_: Slice,
    now: datetime,
    days: Days,
    notes: Notes,
) -> Split:
    """The kept days of the slice that are over at `now` and that nothing has changed since."""
    zone = ZoneInfo(settings.TIME_ZONE)
    first, last = (at.astimezone(zone).date() for at in (slice_.start, min(slice_.end, now)))
    within = days._default_manager.filter(zone=zone.key, day__gte=first, day__lt=last)
    kept = set(within.values_list("day", flat=True))
    if kept:
        for hour in notes._default_manager.values_list("hour", flat=True).distinct():
            kept -= days_of_hour(hour, zone)
    return split(slice_.start, slice_.end, kept, zone)


def uncut(slice_: Slice) -> Split:
    """Nothing of it from kept days."""
    return Split((), ((slice_.start, slice_.end),))


def among(days: Sequence[date]) -> Q:
    """Kept rows of these days."""
    return reduce(or_, (Q(day__gte=a, day__lte=b) for a, b in runs(days)))


def _of_week(week: Combinable, key: Combinable) -> Combinable:
    return Concat(week, Value("|"), key, output_field=TextField())


def _each_kind(key: Combinable) -> Combinable:
    return Concat("kind", Value(" "), key, output_field=TextField())


def _kept(slice_: Slice, key: Combinable, grain: Grain | None, cut: Split) -> list[tuple[str, ...]]:
    if grain is None or not cut.days:
        return []
    counts = DueCount.objects.filter(among(cut.days), _narrowed(slice_), grain=grain)
    sums = {f"n_{name}": Sum(name, default=0) for name in COLUMNS}
    grouped = counts.values(group=key).annotate(**sums)
    return list(grouped.values_list("group", *sums).order_by())


def _counted(slice_: Slice, key: Combinable, cut: Split, now: datetime) -> list[tuple[str, ...]]:
    if not cut.spans:
        return []
    spans = reduce(or_, (fell_due(start, end, now) for start, end in cut.spans))
    parts = {name: Count("pk", filter=outcome_q(name, now)) for name in OUTCOMES}
    grouped = (
        Clock.objects.filter(narrowed(slice_), kind__in=list(KINDS))  # the index begins with it
        .filter(spans)
        .values(group=key)
        .annotate(due=Count("pk"), **parts)
    )
    return list(grouped.values_list("group", *COLUMNS).order_by())


def _narrowed(slice_: Slice) -> Q:
    """The same as `slices.narrowed`, of kept rows."""
    found = Q()
    if slice_.kind:
        found &= Q(kind=slice_.kind)
    if slice_.side:
        found &= Q(side=slice_.side)
    if slice_.team_ids is not None:
        found &= Q(team_id__in=sorted(slice_.team_ids))
    if slice_.holder_id is not None:
        found &= Q(holder_id=slice_.holder_id) if slice_.holder_id else Q(holder__isnull=True)
    return found & Q(source=slice_.source) if slice_.source else found


def _key(by: By | None) -> Combinable:
    """The same as `groups.key_of`, of kept rows."""
    match by:
        case None:
            return _NO_GROUP
        case By.SOURCE:
            return F("source")
        case By.WEEK:
            monday = TruncWeek("day")
            return Func(monday, Value("YYYY-MM-DD"), function="to_char", output_field=TextField())
    return key_of(by)
