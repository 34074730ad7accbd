"""The scorecard's page, the lists behind its numbers, and its files."""

from typing import cast

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.exports import csv_response, table_response
from leadbridge.kernel.time import local
from leadbridge.people.http import Request, signed_in, zone_of
from leads.handoff.views import address, downloads, page_number
from sla.clocks.kinds import Side
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import PERIOD, read_card
from sla.reports.scorecard.card import scorecard_of
from sla.reports.scorecard.listing import PAGE, Listing, csv_rows, list_rows
from sla.reports.scorecard.screen import (
    LADDER_HEADS,
    joint_stats,
    ladder_cells,
    ladder_rows,
    mirror_rows,
    pace_row,
    period_words,
    promise_rows,
)
from sla.reports.scorecard.tables import tables_of
from sla.reports.screen import filters

TABLES = {
    "joint": "The five figures",
    "weeks": "Week by week",
    "marketing": "Marketing promised",
    "sales": "Sales promised",
    "campaigns": "By campaign",
    "sources": "By source",
}


@require_GET
@signed_in
def scorecard(request: Request) -> HttpResponse:
    """What marketing promised beside what sales promised, and what it came to."""
    scope, now = scope_of(request.user), request.now
    asked = read_card(request.GET, scope, now=now)
    card = scorecard_of(asked.exact, now=now)
    if table := request.GET.get("table", ""):
        return table_response("scorecard", tables_of(card), table)
    exact, cohort = asked.exact, card.cohort
    context = {
        **filters(asked.menu, scope, "/scorecard/"),
        "kinds": [],
        **({} if dict(asked.menu.params).keys() & PERIOD else {"period_name": "Last 12 weeks"}),
        "period": period_words(exact, now),
        "printed": local(now, zone_of(request.user)),
        "joint": joint_stats(card, exact),
        "mirror": mirror_rows(card, exact),
        "marketing": promise_rows(card.kept[Side.MARKETING].promises, exact),
        "sales": promise_rows(card.kept[Side.SALES].promises, exact),
        "pace": pace_row(card.pace, exact),
        "ladders": [
            ("By campaign", ladder_rows(cohort.campaigns, exact, "campaign")),
            ("By source", ladder_rows(cohort.sources, exact, "source")),
        ],
        "ladder_heads": LADDER_HEADS,
        "ladder_whole": ladder_cells(cohort.whole, exact, {}),
        "exports": downloads(request, TABLES),
        "zone": settings.TIME_ZONE,
    }
    return render(request, "sla/scorecard.html", context)


@require_GET
@signed_in
def scorecard_leads(request: Request) -> HttpResponse:
    """The leads behind a number; how many they are is the number."""
    scope, now = scope_of(request.user), request.now
    asked = read_card(request.GET, scope, now=now).exact
    part, campaign = request.GET.get("part") or "leads", request.GET.get("campaign", "")[:120]
    if request.GET.get("format") == "csv":
        rows = csv_rows(asked.slice, part, campaign)
        return cast("HttpResponse", csv_response(f"scorecard-{part}", rows))
    page = page_number(request)
    listing = list_rows(asked.slice, part, campaign, page=page, now=now)
    zone = zone_of(request.user)
    context = {
        "title": listing.title,
        "whole": listing.whole,
        "period": period_words(asked, now),
        "rows": [(row, local(row.at, zone)) for row in listing.rows],
        "pager": _pager(request, listing, page),
        "export_url": address(request, format="csv", page=None),
    }
    return render(request, "sla/scorecard_leads.html", context)


def _pager(request: Request, listing: Listing, page: int) -> dict[str, str] | None:
    start = (page - 1) * PAGE
    last = start + len(listing.rows)
    if not start and last >= listing.whole:
        return None
    return {
        "text": f"{start + 1:,} to {last:,} of {listing.whole:,}",
        "previous": address(request, page=page - 1 if page > 2 else None) if page > 1 else "",
        "next": address(request, page=page + 1) if last < listing.whole else "",
    }
