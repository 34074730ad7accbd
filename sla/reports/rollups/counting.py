"""What became of the clocks that fell due in a slice: kept days and rows, added up."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, Sum, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncWeek

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.queries import OUTCOMES, fell_due, outcome_q
from sla.reports.groups import By, key_of
from sla.reports.narrowing import narrowed
from sla.reports.rollups.days import Split
from sla.reports.rollups.models import DueCount, Grain
from sla.reports.rollups.stores import DUE, among, uncut
from sla.reports.slices import Slice

COLUMNS = ("due", *OUTCOMES)
Keys = tuple[str, ...]
Counts = dict[Keys, tuple[int, ...]]
Row = tuple[Keys, tuple[int, ...]]


def counts_of(slice_: Slice, by: Sequence[By], now: datetime) -> Counts:
    """Due, met, met late, missed and open of each group; a group has a key for each of `by`, so
    that without any there is one, of no keys, if anything fell due at all."""
    grain = _grain(slice_, set(by))
    cut = DUE.cut(slice_, now) if grain else uncut(slice_)
    found: Counts = {}
    for keys, counts in (*_kept(slice_, by, grain, cut), *_counted(slice_, by, cut, now)):
        before = found.get(keys)
        found[keys] = tuple(map(sum, zip(before, counts, strict=True))) if before else counts
    return found


def _grain(slice_: Slice, by: Collection[By]) -> Grain | None:
    """The coarsest rows that still tell what is asked; None where none do."""
    if slice_.marketer_id is not None or slice_.tier or By.TIER in by:
        return None
    of_holder = slice_.holder_id is not None or By.HOLDER in by
    of_source = bool(slice_.source) or By.SOURCE in by
    if of_holder and of_source:
        return None
    if of_holder:
        return Grain.HOLDER
    return Grain.SOURCE if of_source else Grain.TEAM


def _kept(slice_: Slice, by: Sequence[By], grain: Grain | None, cut: Split) -> Iterator[Row]:
    """Grouped by plain columns, of which keys are made afterwards: made row by row they take longer
    than what is added up."""
    if grain is None or not cut.days:
        return
    counts = DueCount.objects.filter(among(cut.days), _narrowed(slice_), grain=grain)
    sums = {f"n_{name}": Sum(name, default=0) for name in COLUMNS}
    columns = list(dict.fromkeys(name for one in by for name in _COLUMNS_OF[one]))
    named = {"whole": Value("", TextField()), "week": TruncWeek("day")}
    expressions = {name: named[name] for name in ("whole", *columns) if name in named}
    plain = [name for name in columns if name not in named]
    grouped = counts.values(*plain, **expressions).annotate(**sums).order_by()
    for row in grouped.values_list(*columns, *sums):
        told = dict(zip(columns, row, strict=False))
        yield tuple(_key(one, told) for one in by), row[len(columns) :]


# By which columns of kept rows groups are told apart.
_COLUMNS_OF: dict[By, tuple[str, ...]] = {
    By.TEAM: ("team_id",), By.HOLDER: ("holder_id", "team_id"), By.SOURCE: ("source",),
    By.KIND: ("kind",), By.WEEK: ("week",),
}  # fmt: skip


def _key(by: By, told: Mapping[str, Any]) -> str:
    """The same as `groups.key_of`, of a kept row."""
    match by:
        case By.HOLDER:
            holder = told["holder_id"]
            return str(holder) if holder else f"pool-{told['team_id']}"
        case By.WEEK:
            return str(told["week"])
    return str(told[_COLUMNS_OF[by][0]])


def _counted(slice_: Slice, by: Sequence[By], cut: Split, now: datetime) -> Iterator[Row]:
    if not cut.spans:
        return
    spans = reduce(or_, (fell_due(start, end, now) for start, end in cut.spans))
    parts = {name: Count("pk", filter=outcome_q(name, now)) for name in OUTCOMES}
    grouped = (
        Clock.objects.filter(narrowed(slice_), kind__in=list(KINDS))  # the index begins with it
        .filter(spans)
        .values(**_named(key_of(one) for one in by))
        .annotate(due=Count("pk"), **parts)
        .order_by()
    )
    yield from _rows(grouped.values_list(*_names(by), *COLUMNS), by)


def _names(by: Sequence[By]) -> list[str]:
    return ["whole", *(f"key{place}" for place in range(len(by)))]


def _named(keys: Iterable[Combinable]) -> dict[str, Combinable]:
    """The keys by name, behind a constant that makes one group where nothing tells any apart."""
    return {"whole": Value("", TextField()), **{f"key{n}": key for n, key in enumerate(keys)}}


def _rows(found: Iterable[tuple[Any, ...]], by: Sequence[By]) -> Iterator[Row]:
    first = 1 + len(by)
    return ((row[1:first], row[first:]) for row in found)


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
