"""The leads captured in a period, how far they came, and what their campaigns cost in it.

A cohort by capture: a lead counts where and when it came in, whatever became of it since; merged
ones are out, because the lead they were merged into is in. Each count is a query set of `leads_on`,
which is also the list behind it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from leads.campaigns.models import Campaign, CampaignCost
from leads.handoff.models import Event, Lead
from leads.handoff.stages import Action, Stage
from sla.reports.scorecard.ladder import RIPE_DAYS, Cell, Ladder, Rung, with_costs
from sla.reports.slices import Slice

NONE = "none"  # the key of leads that name no campaign
SAID = "said:"  # and the beginning of that of a name that marketing does not keep
RUNGS: dict[Rung, Q] = {
    Rung.LEADS: Q(),
    Rung.QUALIFIED: Q(submitted_at__isnull=False),
    Rung.ACCEPTED: Q(accepted_at__isnull=False),
    Rung.OPPORTUNITIES: Q(qualified_at__isnull=False),
    Rung.WON: Q(stage=Stage.WON),
}


@dataclass(frozen=True)
class Line:
    """One campaign or source with its ladder."""

    key: str
    name: str
    ladder: Ladder


@dataclass(frozen=True)
class Cohort:
    """The ladders of a period, the largest group first."""

    whole: Ladder
    campaigns: tuple[Line, ...]
    sources: tuple[Line, ...]


def leads_on(slice_: Slice, rung: Rung, campaign: str = "") -> QuerySet[Lead]:
    """The leads of a period that reached a rung; `campaign` is a key."""
    found = Lead.objects.filter(_of_period(slice_), _narrowed(slice_), RUNGS[rung])
    return found.filter(_of_campaign(campaign)) if campaign else found


def touches_in(slice_: Slice) -> QuerySet[Event]:
    """Every attempt to reach somebody that was logged in a period."""
    within = Q(action=Action.TOUCH, at__gte=slice_.start, at__lt=slice_.end)
    found = Event.objects.filter(within)
    if slice_.holder_id is not None:
        found = found.filter(actor_id=slice_.holder_id or None)
    return found.filter(_narrowed(slice_, "lead__", holder=False))


def _of_period(slice_: Slice) -> Q:
    within = Q(captured_at__gte=slice_.start, captured_at__lt=slice_.end)
    return within & ~Q(stage=Stage.MERGED)


def _narrowed(slice_: Slice, lead: str = "", *, holder: bool = True) -> Q:
    found = Q()
    if slice_.team_ids is not None:
        found &= Q(**{f"{lead}team__in": sorted(slice_.team_ids)})
    if slice_.source:
        found &= Q(**{f"{lead}source": slice_.source})
    if holder and slice_.holder_id is not None:
        found &= Q(**{f"{lead}holder": slice_.holder_id or None})
    return found


def _of_campaign(key: str) -> Q:
    if key.isascii() and key.isdigit() and len(key) <= 18:
        return Q(campaign_row=int(key))
    if key == NONE:
        return Q(campaign_row=None, campaign="")
    return Q(campaign_row=None, campaign=key.removeprefix(SAID))


def cohort_of(slice_: Slice, *, now: datetime) -> Cohort:
    """The ladders of a period: four queries, however many campaigns there are."""
    cells = _cells(slice_, now)
    costs = _costs(slice_)
    whole_of = Counter[str]()
    if slice_.team_ids is None and not slice_.source and slice_.holder_id is None:
        for cell in cells:
            whole_of[cell.campaign] += cell.ladder.leads
        idle = [key for key in costs if not whole_of[key]]
        cells += [Cell(key, "", Ladder(cost=Fraction(costs[key]))) for key in idle]
    else:
        rows = Lead.objects.filter(_of_period(slice_), campaign_row__in=[int(key) for key in costs])
        counted = rows.order_by().values_list("campaign_row").annotate(n=Count("pk"))
        whole_of.update({str(pk): n for pk, n in counted})
    paid = with_costs(cells, costs, whole_of)
    names = dict(Campaign.objects.filter(pk__in=_numbers(paid)).values_list("pk", "name"))
    return Cohort(
        sum((cell.ladder for cell in paid), Ladder()),
        _lines([(cell.campaign, _name(cell.campaign, names), cell.ladder) for cell in paid]),
        _lines([(cell.source, _source_name(cell), cell.ladder) for cell in paid]),
    )


def _cells(slice_: Slice, now: datetime) -> list[Cell]:
    counts = {f"n_{rung}": Count("pk", filter=reached) for rung, reached in RUNGS.items()}
    young = {
        f"young_{rung}": Count("pk", filter=Q(captured_at__gt=now - timedelta(days=days)))
        for rung, days in RIPE_DAYS.items()
    }
    rows = (
        leads_on(slice_, Rung.LEADS)
        .order_by()
        .values("campaign_row", "campaign", "source")
        .annotate(**counts, **young, revenue=Sum("value", filter=RUNGS[Rung.WON]))
    )
    columns = ("campaign_row", "campaign", "source", "revenue", *young, *counts)
    return [
        Cell(
            _key(campaign, said),
            source,
            _ladder(reached, revenue, (young_deals, young_wins)),
        )
        for campaign, said, source, revenue, young_deals, young_wins, *reached in rows.values_list(
            *columns
        )
    ]


def _ladder(reached: list[int], revenue: Decimal | None, young: tuple[int, int]) -> Ladder:
    leads, qualified, accepted, opportunities, won = reached
    money = revenue or Decimal(0)
    return Ladder(leads, qualified, accepted, opportunities, won, money, young=young)


def _key(campaign: int | None, said: str) -> str:
    if campaign is not None:
        return str(campaign)
    return f"{SAID}{said}" if said else NONE


def _costs(slice_: Slice) -> dict[str, Decimal]:
    """What each campaign cost on the days of the period."""
    zone = ZoneInfo(settings.TIME_ZONE)
    first, last = slice_.start.astimezone(zone).date(), slice_.end.astimezone(zone).date()
    rows = CampaignCost.objects.filter(on__gte=first, on__lte=last).order_by()
    summed = rows.values_list("campaign").annotate(sum=Sum("amount"))
    return {str(pk): amount for pk, amount in summed}


def _numbers(cells: list[Cell]) -> list[int]:
    return [int(cell.campaign) for cell in cells if cell.campaign.isdigit()]


def _name(key: str, names: dict[int, str]) -> str:
    if key.isdigit():
        return names[int(key)]
    return "No campaign" if key == NONE else key.removeprefix(SAID)


def _source_name(cell: Cell) -> str:
    if cell.source:
        return cell.source
    return "Not said" if cell.ladder.leads else "Campaigns without a lead"


def _lines(parts: list[tuple[str, str, Ladder]]) -> tuple[Line, ...]:
    """Added up by key, the largest first."""
    names: dict[str, str] = {}
    sums: dict[str, Ladder] = {}
    for key, name, ladder in parts:
        names.setdefault(key, name)
        sums[key] = sums.get(key, Ladder()) + ladder
    lines = [Line(key, names[key], ladder) for key, ladder in sums.items()]
    return tuple(sorted(lines, key=lambda one: (-one.ladder.leads, one.name.casefold(), one.key)))
