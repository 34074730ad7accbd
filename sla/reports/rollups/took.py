"""How long the clocks that began in a slice took: kept days and rows, put together."""

from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import BooleanField, Case, F, IntegerField, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Extract

from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.reports.groups import By, key_of
from sla.reports.rollups.days import Split
from sla.reports.rollups.models import Took
from sla.reports.rollups.stores import TOOK, among, uncut
from sla.reports.slices import Part, Slice, clocks_in

WALL = Cast(Extract(F("stopped_at") - F("started_at"), "epoch"), IntegerField())
WORKING = Coalesce("elapsed_seconds", 0)
# Which groups kept rows tell.
_TOLD = {None, By.TEAM, By.HOLDER}


@dataclass
class Seconds:
    """Of one group: `ends` ended by what they were for; `left` otherwise, or run still."""

    ends: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)


def took_in(
    slice_: Slice, by: By | None, *, now: datetime, wall: bool, only: Collection[str] | None = None
) -> dict[str, Seconds]:
    """The seconds of all clocks of one kind that began in a slice and have ended; where `only` some
    groups are wanted, those of all others together as the group ""."""
    cut = _cut(slice_, by, now)
    found: dict[str, Seconds] = {}
    for group, ends, left in _kept(slice_, by, cut, wall=wall, only=only):
        seconds = found.setdefault(group, Seconds())
        seconds.ends += ends
        seconds.left += left
    key = key_of(by) if by else Value("", TextField())
    for start, end in cut.spans:
        part = clocks_in(replace(slice_, start=start, end=end), Part.TIMED, now)
        rows = with_ending(part.filter(stopped_at__isnull=False), slice_.kind).order_by()
        for group, took, ended in rows.values_list(key, WALL if wall else WORKING, "ended"):
            name = group if only is None or group in only else ""
            seconds = found.setdefault(name, Seconds())
            (seconds.ends if ended else seconds.left).append(took)
    return found


def with_ending(clocks: QuerySet[Clock], kind: str) -> QuerySet[Clock]:
    """Each clock with `ended`: did it end by what it was for? One that was handed on or whose lead
    ended otherwise tells only how long it had run by then."""
    stops = sorted(KINDS[kind].stops)
    return clocks.annotate(
        ended=Case(
            When(ended_by__action__in=stops, then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
    )


def group_name(by: By | None, team_id: int, holder_id: int) -> str:
    """The same as `groups.key_of` of a kept row."""
    if by is None:
        return ""
    if by is By.TEAM:
        return str(team_id)
    return str(holder_id) if holder_id else f"pool-{team_id}"


def _cut(slice_: Slice, by: By | None, now: datetime) -> Split:
    if by not in _TOLD or slice_.source or slice_.marketer_id is not None or slice_.by_rows:
        return uncut(slice_)
    return TOOK.cut(slice_, now)


def _kept(
    slice_: Slice, by: By | None, cut: Split, *, wall: bool, only: Collection[str] | None
) -> Iterator[tuple[str, "array[int]", "array[int]"]]:
    if not cut.days or (slice_.side and slice_.side != KINDS[slice_.kind].side):
        return
    rows = Took.objects.filter(among(cut.days), kind=slice_.kind)
    if slice_.team_ids is not None:
        rows = rows.filter(team__in=sorted(slice_.team_ids))
    told: QuerySet[Took, tuple[int, bytes, bytes]] = rows.values_list(
        "team_id", "whose", "wall" if wall else "working"
    )
    for team_id, whose, kept in told:
        seconds, at, rest = numbers(kept), 0, 0
        heads = iter(numbers(whose))
        for holder, ended, left in zip(heads, heads, heads, strict=True):
            turn, end = at + ended, at + ended + left
            asked = slice_.holder_id in (None, holder)
            name = group_name(by, team_id, holder)
            wanted = only is None or name in only
            # Others that all ended by what they were for are taken as one run.
            if left or wanted or not asked:
                if rest < at:
                    yield "", seconds[rest:at], seconds[at:at]
                rest = end
                if asked:
                    yield name if wanted else "", seconds[at:turn], seconds[turn:end]
            at = end
        if rest < at:
            yield "", seconds[rest:at], seconds[at:at]


def numbers(kept: bytes) -> "array[int]":
    """Numbers of four bytes, the lowest first."""
    found = array("i")
    found.frombytes(kept)
    return found
