"""The leads that came in in a slice and how far they got, and the attempts that were made in it:
kept days and rows, added up."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, DecimalField, Q, Sum
from django.db.models.expressions import Combinable

from leads.handoff.models import Lead
from sla.reports.captures import (
    RUNGS,
    came_within,
    campaign_key,
    leads_on,
    ripe_days,
    touches_in,
    young_q,
)
from sla.reports.rollups.days import Split
from sla.reports.rollups.models import CameCount, CameGrain, TouchCount
from sla.reports.rollups.stores import CAME, among, uncut
from sla.reports.scorecard.ladder import Rung
from sla.reports.slices import Slice

_MONEY = DecimalField(max_digits=20, decimal_places=2)
GROUPS = ("campaign_row", "campaign", "source")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
SUMS = (*(rung.value for rung in Rung), "revenue")


@dataclass(frozen=True)
class Came:
    """Leads of one campaign (its key) and source; `young` are those too young to be judged by
    opportunities and by wins."""

    campaign: str
    source: str
    reached: tuple[int, ...]
    revenue: Decimal
    young: tuple[int, int]


def sums_of_leads(prefix: str = "") -> dict[str, Combinable]:
    """How many reached each rung, and what the won ones brought, of rows."""
    counts: dict[str, Combinable] = {
        rung.value: Count("pk", filter=reached) for rung, reached in RUNGS.items()
    }
    counts["revenue"] = Sum("value", filter=RUNGS[Rung.WON], default=0, output_field=_MONEY)
    return {f"{prefix}{name}": one for name, one in counts.items()}


def came_in(slice_: Slice, *, now: datetime) -> Iterator[Came]:
    """The leads of a slice by campaign and source; a group may have several lines."""
    cut, ripe = _cut(slice_, now), ripe_days(now)
    if cut.days:
        old = {f"young_{rung}": Sum("leads", filter=Q(day__gte=since), default=0)
               for rung, since in ripe.items()}  # fmt: skip
        sums = {f"n_{name}": Sum(name) for name in SUMS}
        grain = CameGrain.SOURCE if slice_.team_ids is None else CameGrain.TEAM
        kept = CameCount.objects.filter(among(cut.days), _narrowed(slice_), grain=grain)
        grouped = kept.values(*GROUPS).annotate(**sums, **old).order_by()
        yield from map(_line, grouped.values_list(*GROUPS, *sums, *old))
    if cut.spans:
        new = {f"young_{rung}": Count("pk", filter=young_q(since)) for rung, since in ripe.items()}
        counts = sums_of_leads("n_")
        rows = leads_on(slice_, Rung.LEADS).filter(_spans(cut)).order_by()
        counted = rows.values(*GROUPS).annotate(**counts, **new)
        yield from map(_line, counted.values_list(*GROUPS, *counts, *new))


def _line(row: tuple[Any, ...]) -> Came:
    campaign, said, source, *reached, revenue, young_deals, young_wins = row
    key = campaign_key(campaign, said)
    return Came(key, source, tuple(reached), revenue, (young_deals, young_wins))


def reached_in(slice_: Slice, rung: Rung, campaign: str = "", *, now: datetime) -> int:
    """How many leads of a slice reached a rung; `campaign` is a key, blank for all."""
    place = list(Rung).index(rung)
    lines = (one for one in came_in(slice_, now=now) if campaign in ("", one.campaign))
    return sum(line.reached[place] for line in lines)


def leads_of_campaigns(slice_: Slice, *, now: datetime) -> Counter[int]:
    """How many leads of a period each campaign that marketing keeps brought, whoever has them."""
    cut, found = CAME.cut(slice_, now), Counter[int]()
    if cut.days:
        kept = CameCount.objects.filter(among(cut.days), grain=CameGrain.CAMPAIGN)
        kept = kept.filter(campaign_row__isnull=False)
        summed = kept.values_list("campaign_row").annotate(n=Sum("leads")).order_by()
        found.update(dict(summed))
    if cut.spans:
        rows = Lead.objects.filter(_spans(cut), campaign_row__isnull=False).order_by()
        found.update(dict(rows.values_list("campaign_row").annotate(n=Count("pk"))))
    return found


def leads_of_all_campaigns(now: datetime) -> Counter[int]:
    """The same since the first lead came in, this very instant in it."""
    return leads_of_campaigns(Slice(_BEGINNING, now + timedelta.resolution), now=now)


def touches_made(slice_: Slice, *, now: datetime) -> int:
    """How often somebody tried to reach a person, in a slice."""
    cut = _cut(slice_, now)
    rows = (touches_in(replace(slice_, start=start, end=end)).count() for start, end in cut.spans)
    whole = sum(rows)
    if cut.days:
        kept = TouchCount.objects.filter(among(cut.days), _narrowed(slice_))
        whole += kept.aggregate(n=Sum("touches", default=0))["n"]
    return whole


def _cut(slice_: Slice, now: datetime) -> Split:
    """Kept days do not know who holds a lead, or who made an attempt."""
    return CAME.cut(slice_, now) if slice_.holder_id is None else uncut(slice_)


def _spans(cut: Split) -> Q:
    return reduce(or_, (came_within(start, end) for start, end in cut.spans))


def _narrowed(slice_: Slice) -> Q:
    found = Q()
    if slice_.team_ids is not None:
        found &= Q(team_id__in=sorted(slice_.team_ids))
    return found & Q(source=slice_.source) if slice_.source else found
