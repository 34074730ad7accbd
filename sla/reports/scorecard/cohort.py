"""The leads captured in a period, how far they came, and what their campaigns cost in it.

Each count is that of a query set of `captures`, which is also the list behind it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from leads.campaigns.models import Campaign, CampaignCost
from sla.reports.captures import NONE, SAID
from sla.reports.rollups.came import Came, came_in, leads_of_campaigns
from sla.reports.scorecard.ladder import Cell, Ladder, together, with_costs
from sla.reports.slices import Slice


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


def cohort_of(slice_: Slice, *, now: datetime) -> Cohort:
    """The ladders of a period: a few queries, however many campaigns there are."""
    cells = [_cell(line) for line in came_in(slice_, now=now)]
    costs, whole_of = _costs(slice_), Counter[str]()
    if slice_.team_ids is None and not slice_.source and slice_.holder_id is None:
        for cell in cells:
            whole_of[cell.campaign] += cell.ladder.leads
        idle = [key for key in costs if not whole_of[key]]
        cells += [Cell(key, "", Ladder(cost=Fraction(costs[key]))) for key in idle]
    else:
        counted = leads_of_campaigns(slice_, now=now)
        whole_of.update({str(pk): n for pk, n in counted.items()})
    paid = with_costs(cells, costs, whole_of)
    names = dict(Campaign.objects.filter(pk__in=_numbers(paid)).values_list("pk", "name"))
    campaigns = _lines([(one.campaign, _name(one.campaign, names), one.ladder) for one in paid])
    sources = _lines([(one.source, _source_name(one), one.ladder) for one in paid])
    return Cohort(together([line.ladder for line in campaigns]), campaigns, sources)


def _cell(line: Came) -> Cell:
    leads, qualified, accepted, opportunities, won = line.reached
    ladder = Ladder(leads, qualified, accepted, opportunities, won, line.revenue, young=line.young)
    return Cell(line.campaign, line.source, ladder)


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
    of: defaultdict[str, list[Ladder]] = defaultdict(list)
    for key, name, ladder in parts:
        names.setdefault(key, name)
        of[key].append(ladder)
    lines = [Line(key, names[key], together(ladders)) for key, ladders in of.items()]
    return tuple(sorted(lines, key=lambda one: (-one.ladder.leads, one.name.casefold(), one.key)))
