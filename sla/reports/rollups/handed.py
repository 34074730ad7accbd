"""What became of the leads handed over in a slice: kept days and rows, added up."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import F, Func, Q, Sum, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, TruncDate

from leads.handoff.reasons import Reason
from leads.handoff.stages import Action
from sla.reports.groups import By, key_of
from sla.reports.rollups.days import Split
from sla.reports.rollups.facts import SUMS, TOLD, days_to_win_of_rows, sums_of_rows, told
from sla.reports.rollups.models import HandedCount, HandedGrain
from sla.reports.rollups.stores import HANDED, among, uncut
from sla.reports.slices import Part, Slice, clocks_in

ACCEPTED, REJECTED, WAITING = Part.ACCEPTED.value, Part.REJECTED.value, Part.WAITING.value
_SUMMED = tuple(f"n_{name}" for name in SUMS)
OTHERWISE = Part.OTHERWISE.value
DUPLICATES = frozenset({"duplicate", "customer"})


class HandedBy(StrEnum):
    """By what handovers are grouped; `day` is that of the handover, as 2026-01-31."""

    NONE = ""
    TEAM = "team"
    HOLDER = "holder"
    SOURCE = "source"
    CAMPAIGN = "campaign"
    DAY = "day"


@dataclass(frozen=True)
class Handed:
    """Handovers of one group with one outcome; of rejections, with one code, criterion and what
    else was named."""

    group: str
    outcome: str
    code: str
    criterion: str
    detail: str
    handed: int
    opportunities: int
    won: int
    conforming: int
    overridden: int
    said_yes: int
    won_value: Decimal
    credited_value: Decimal


# What a row of each grain tells beside its team, the coarsest first.
_TELLS: dict[HandedGrain, frozenset[str]] = {
    HandedGrain.TEAM: frozenset(),
    HandedGrain.SOURCE: frozenset({"source"}),
    HandedGrain.CAMPAIGN: frozenset({"campaign"}),
    HandedGrain.MARKETER: frozenset({"marketer", "source"}),
    HandedGrain.HOLDER: frozenset({"holder"}),
    HandedGrain.ALL: frozenset({"marketer", "source", "holder", "campaign"}),
}


def handed_in(slice_: Slice, by: HandedBy, *, now: datetime) -> list[Handed]:
    """The handovers of a slice; a group has several lines, which its readers add up."""
    cut, columns = _cut(slice_, now), ("group", *TOLD, *_SUMMED)
    found = [Handed(*row) for row in _of_days(slice_, by, cut, TOLD).values_list(*columns)]
    for part in _parts(slice_, cut):
        found += [Handed(*row) for row in _of_rows(part, by, now, TOLD).values_list(*columns)]
    return found


def handed_by_holder(slice_: Slice, *, now: datetime) -> dict[str, tuple[int, int, int]]:
    """Handed over to each holder, accepted and rejected, without why."""
    return handed_and_whose(slice_, now=now)[1]


def handed_and_whose(
    slice_: Slice, *, now: datetime
) -> tuple[list[Handed], dict[str, tuple[int, int, int]]]:
    """The handovers of a slice, whose groups say nothing, and `handed_by_holder`: rows are read
    once for both."""
    cut, columns = _cut(slice_, now), ("group", *TOLD, *_SUMMED)
    rows = [
        Handed(*row)
        for part in _parts(slice_, cut)
        for row in _of_rows(part, HandedBy.HOLDER, now, TOLD).values_list(*columns)
    ]
    days = _of_days(slice_, HandedBy.NONE, cut, TOLD).values_list(*columns) if cut.days else ()
    outcomes = [*_outcomes(slice_, cut), *((one.group, one.outcome, one.handed) for one in rows)]
    return [*(Handed(*row) for row in days), *rows], _added(outcomes)


def _added(outcomes: Iterable[tuple[str, str, int]]) -> dict[str, tuple[int, int, int]]:
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for group, outcome, handed in outcomes:
        counts = found[group]
        counts[0] += handed
        counts[1] += handed if outcome == ACCEPTED else 0
        counts[2] += handed if outcome == REJECTED else 0
    return {group: (whole, yes, no) for group, (whole, yes, no) in found.items()}


def _outcomes(slice_: Slice, cut: Split) -> Iterator[tuple[str, str, int]]:
    """Of the kept days, by holder: what became of how many."""
    if not cut.days:
        return
    grain = grain_of(slice_, HandedBy.HOLDER)
    kept = HandedCount.objects.filter(among(cut.days), _narrowed(slice_), grain=grain)
    sums = kept.values("team_id", "holder_id", "outcome").annotate(n=Sum("handed")).order_by()
    for team, holder, outcome, n in sums.values_list("team_id", "holder_id", "outcome", "n"):
        yield str(holder) if holder else f"pool-{team}", outcome, n


def handed_and_won(
    slice_: Slice, by: HandedBy, *, now: datetime
) -> tuple[list[Handed], dict[str, list[float]]]:
    """The same by outcome alone, and for each group how many days each of its wins took from the
    handover on."""
    cut, columns = _cut(slice_, now), ("group", "outcome", *_SUMMED)
    kept_rows = _of_days(slice_, by, cut, ("outcome",)).values_list(*columns)
    found = [_untold(*row) for row in kept_rows]
    days: defaultdict[str, list[float]] = defaultdict(list)
    won = HandedCount.objects.filter(among(cut.days), _narrowed(slice_), won__gt=0, grain="all")
    won = won.exclude(won_days=[])
    spans = StringAgg(Func("won_days", Value(","), function="array_to_string"), ",")
    for group, kept in won.values_list(_kept_key(by)).annotate(spans=spans).order_by():
        days[group] += map(float, kept.split(","))
    for part in _parts(slice_, cut):
        rows = _of_rows(part, by, now, ("outcome",)).annotate(spans=days_to_win_of_rows())
        for *row, counted in rows.values_list(*columns, "spans"):
            found.append(line := _untold(*row))
            days[line.group] += counted
    return found, {group: of_group for group, of_group in days.items() if of_group}


def _untold(group: str, outcome: str, *sums: Any) -> Handed:
    """A line that tells no codes apart."""
    return Handed(group, outcome, "", "", "", *sums)


def _of_days(
    slice_: Slice, by: HandedBy, cut: Split, told_apart: Sequence[str]
) -> Any:  # no type tells what is grouped
    grain, sums = grain_of(slice_, by), {f"n_{name}": Sum(name) for name in SUMS}
    kept = HandedCount.objects.filter(among(cut.days), _narrowed(slice_), grain=grain)
    return kept.values(*told_apart, group=_kept_key(by)).annotate(**sums).order_by()


def _of_rows(
    part: Slice, by: HandedBy, now: datetime, told_apart: Sequence[str]
) -> Any:  # nor here
    rows = told(clocks_in(part, Part.SUBMITTED, now)).order_by()
    return rows.values(*told_apart, group=_row_key(by)).annotate(**sums_of_rows("n_"))


def decided_of(lines: Iterable[Handed], against: Collection[str]) -> int:
    """Accepted, or rejected by a code that counts against marketing."""
    return sum(
        one.handed
        for one in lines
        if one.outcome == ACCEPTED or (one.outcome == REJECTED and one.code in against)
    )


def against_marketing() -> frozenset[str]:
    """The codes of rejections that count against marketing."""
    codes = Reason.objects.filter(action=Action.REJECT, against=Reason.Against.MARKETING)
    return frozenset(codes.values_list("code", flat=True))


def credited_of(one: Handed) -> int:
    """How many of a line count for the promised volume: an override brings credit once accepted."""
    if one.outcome == ACCEPTED:
        return one.handed
    return one.handed - one.overridden if one.outcome == WAITING else 0


def outcome_count(lines: Iterable[Handed], outcome: str) -> int:
    """How many ended so."""
    return sum(one.handed for one in lines if one.outcome == outcome)


def handed_count(lines: Sequence[Handed], part: Part) -> int:
    """How many of these lines a list of slices.py holds."""
    match part:
        case Part.DECIDED:
            return decided_of(lines, against_marketing())
        case Part.CREDITED:
            return sum(map(credited_of, lines))
        case Part.DUPLICATES:
            rejected = [one for one in lines if one.outcome == REJECTED]
            return sum(one.handed for one in rejected if one.code in DUPLICATES)
    if part.value in (ACCEPTED, REJECTED, WAITING, OTHERWISE):
        return outcome_count(lines, part.value)
    name = {Part.SUBMITTED: "handed"}.get(part, part.value)
    return sum(getattr(one, name) for one in lines)


def grain_of(slice_: Slice, by: HandedBy) -> HandedGrain:
    """The coarsest rows that still tell what is asked."""
    asked = {by.value} - {"", "team", "day"}
    if slice_.holder_id is not None:
        asked.add("holder")
    if slice_.source:
        asked.add("source")
    if slice_.marketer_id is not None:
        asked.add("marketer")
    return next(grain for grain, tells in _TELLS.items() if asked <= tells)


def _cut(slice_: Slice, now: datetime) -> Split:
    if slice_.by_rows:  # lists alone are narrowed by these
        return uncut(slice_)
    return HANDED.cut(slice_, now)


def _parts(slice_: Slice, cut: Split) -> Iterator[Slice]:
    return (replace(slice_, start=start, end=end) for start, end in cut.spans)


def _narrowed(slice_: Slice) -> Q:
    """The same as `slices.narrowed`, of kept rows; handovers have no kind."""
    found = Q()
    if slice_.team_ids is not None:
        found &= Q(team_id__in=sorted(slice_.team_ids))
    if slice_.holder_id is not None:
        found &= Q(holder_id=slice_.holder_id) if slice_.holder_id else Q(holder__isnull=True)
    if slice_.source:
        found &= Q(source=slice_.source)
    if slice_.marketer_id is not None:
        found &= Q(marketer_id=slice_.marketer_id)
    return found


def _kept_key(by: HandedBy) -> Combinable:
    match by:
        case HandedBy.NONE:
            return Value("", TextField())
        case HandedBy.SOURCE | HandedBy.CAMPAIGN:
            return F(by.value)
        case HandedBy.DAY:
            return Cast("day", TextField())
    return key_of(By(by.value))


def _row_key(by: HandedBy) -> Combinable:
    match by:
        case HandedBy.NONE:
            return Value("", TextField())
        case HandedBy.CAMPAIGN:
            return F("lead__campaign")
        case HandedBy.DAY:
            zone = ZoneInfo(settings.TIME_ZONE)
            return Cast(TruncDate("lead__submitted_at", tzinfo=zone), TextField())
    return key_of(By(by.value))
