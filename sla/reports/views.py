"""The SLA page, the lists behind its figures, and the ledger."""

from dataclasses import replace
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import csv_response, table_response
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people.access import viewer_of
from leadbridge.people.http import Request, signed_in, zone_of
from leadbridge.people.saved_menu import with_views
from leads.handoff.views import address, downloads, freshness, page_number
from sla.clocks.outage import outage_words
from sla.reports.asking import read_slice
from sla.reports.breach_actions import answers_for
from sla.reports.breach_screen import breach_row, cause_menu, entries_of, takers, with_cause
from sla.reports.crowd.people import crowd_of
from sla.reports.funnel import OF_A_FUNNEL, funnels_by, read_funnel
from sla.reports.funnel_screen import funnel_table
from sla.reports.hole_parts import OF_NOW
from sla.reports.hole_screen import hole_of
from sla.reports.ledger import ledger, one_snapshot
from sla.reports.links import list_url, page_url
from sla.reports.listing import PAGE, Listing, csv_rows, list_clocks
from sla.reports.overview import late_clocks, overview
from sla.reports.scope import scope_of
from sla.reports.screen import (
    PEOPLE,
    PEOPLE_HEADS,
    filters,
    list_row,
    narrowed_words,
    overdue_row,
    person_row,
    reason_rows,
    relieved_tally,
    stats_of,
    tally_of,
)
from sla.reports.slices import Part
from sla.reports.tables import (
    FUNNEL_TABLES,
    LEDGER_TABLES,
    SLA_TABLES,
    funnel_tables,
    ledger_tables,
    overview_tables,
)
from sla.reports.weekly.screen import trend_rows
from sla.reports.words import reasons_note


@require_GET
@signed_in
@with_views("sla")
def sla(request: Request) -> HttpResponse:
    """How both sides keep their promises, and what is late now."""
    scope, now = scope_of(request.user), request.now
    asked = read_slice(request.GET, scope, now=now)
    seen = overview(asked, now=now)
    if table := request.GET.get("table"):
        tables = overview_tables(seen, lambda: crowd_of(asked.slice, now=now))
        return table_response("sla", tables, table)
    viewer, zone = viewer_of(request.user), zone_of(request.user)
    return answer_page(
        request,
        page="sla/sla.html",
        live="sla/_sla_live.html",
        stamp=stamp_of((seen, freshness(request))),
        context=lambda: {
            **filters(asked, scope, "/sla/"),
            "stats": stats_of(seen, asked, now),
            "hole": hole_of(seen.hole, asked),
            "tally": tally_of(seen, asked),
            "relieved": relieved_tally(seen, asked),
            "outages": [outage_words(one, zone) for one in seen.outages],
            "overdue": [
                overdue_row(clock, viewer, zone, now) for clock in late_clocks(seen.late_clocks)
            ],
            "overdue_url": list_url(asked, Part.OVERDUE),
            "overdue_more": seen.late.count - len(seen.late_clocks),
            "breaches_url": page_url(asked, "/sla/breaches/"),
            "rejected": seen.handed.rejected,
            "rejected_url": list_url(asked, Part.REJECTED),
            "reasons": reason_rows(seen, asked),
            "reasons_note": reasons_note(seen),
            "weeks": trend_rows(seen.trend, asked, now),
            "workload_url": page_url(asked, "/sla/workload/"),
            "hours_url": page_url(asked, "/sla/hours/"),
            "trend_url": page_url(asked, "/sla/trend/", days="", **{"from": "", "to": ""}),
            "people": [person_row(person, asked) for person in seen.crowd.people],
            "people_heads": PEOPLE_HEADS,
            "people_whole": seen.crowd.whole,
            "people_more": seen.crowd.whole - len(seen.crowd.people),
            "people_url": page_url(asked, PEOPLE),
            "exports": [
                *downloads(request, SLA_TABLES),
                ("Every promise that fell due", list_url(asked, Part.DUE, format="csv")),
            ],
            "funnel_url": page_url(asked, "/sla/funnel/", kind="", side="", reason=""),
        },
    )


@require_GET
@signed_in
@with_views("clocks")
def clocks(request: Request) -> HttpResponse:
    """The clocks behind a figure; their number is the figure."""
    return list_of(request, read_part(request), "/sla/clocks/")


@require_GET
@signed_in
@with_views("breaches")
def breaches(request: Request) -> HttpResponse:
    """Every promise that was missed in a period, answered since or not."""
    return list_of(request, Part.MISSED, "/sla/breaches/")


@require_GET
@signed_in
def ledger_page(request: Request) -> HttpResponse:
    """The whole proof that every lead is accounted for."""
    scope_of(request.user)
    proof = ledger(now=request.now, anew=False)
    if table := request.GET.get("table"):
        return table_response("ledger", ledger_tables(proof), table)
    context = {"proof": proof, "exports": downloads(request, LEDGER_TABLES)}
    return render(request, "sla/ledger.html", context)


@require_GET
@signed_in
def funnel(request: Request) -> HttpResponse:
    """What became of the leads handed over in a period, by where they came from."""
    scope, now = scope_of(request.user), request.now
    given = {name: request.GET.get(name, "") for name in (*OF_A_FUNNEL, "by")}
    asked, by = read_funnel(given, scope, now=now)
    whole, groups = funnels_by(by, asked.slice, now=now)
    if table := request.GET.get("table"):
        return table_response("what-became", funnel_tables(groups, whole), table)
    context = {
        **filters(replace(asked, params=(*asked.params, ("by", by.value))), scope, "/sla/funnel/"),
        "kinds": [],
        **funnel_table(groups, whole, asked, by),
        "exports": downloads(request, FUNNEL_TABLES),
    }
    return render(request, "sla/funnel.html", context)


def list_of(request: Request, part: Part, path: str) -> HttpResponse:
    """A list as a page, its live part, or a file."""
    scope, now = scope_of(request.user), request.now
    asked = with_cause(read_slice(request.GET, scope, now=now), request.GET.get("cause", ""))
    if request.GET.get("format") == "csv":
        rows = csv_rows(asked.slice, part, now=now)
        return cast("HttpResponse", csv_response(f"leadbridge-{part}", rows))
    with one_snapshot():
        listing = list_clocks(asked.slice, part, now=now, page=page_number(request))
    entries, zone = entries_of(listing.clocks), zone_of(request.user)
    viewer = viewer_of(request.user)
    done = [entry.pk for found in entries.values() for entry in found]
    return answer_page(
        request,
        page="sla/clocks.html",
        live="sla/_clocks_live.html",
        stamp=stamp_of((listing.seen, done, freshness(request))),
        context=lambda: {
            **filters(asked, scope, path, part=part),
            "title": "Breaches" if path == "/sla/breaches/" else listing.title,
            "narrowed": narrowed_words(asked),
            "of_now": part in OF_NOW,
            "whole": listing.whole,
            "rows": [
                list_row(clock, zone, now)
                | breach_row(clock, entries.get(clock.pk, ()), viewer, zone)
                for clock in listing.clocks
            ],
            "causes": cause_menu(asked, path, now) if part is Part.MISSED else [],
            "acts": any(answers_for(viewer, clock) for clock in listing.missed),
            "takers": takers(request.user, now),
            "back": address(request),
            "pager": pager(request, listing),
            "export_url": address(request, format="csv", page=None),
        },
    )


def read_part(request: Request) -> Part:
    """Which figure a list is of; the clocks that fell due where the address names none."""
    text = request.GET.get("part") or Part.DUE.value
    try:
        return Part(text)
    except ValueError:
        raise DomainError(
            "not_found", f"There is no list “{text[:30]}”; its figure may be gone.", status=404
        ) from None


def pager(request: Request, listing: Listing) -> dict[str, str] | None:
    """Below a list that does not fit on one page."""
    if not listing.start and not listing.more:
        return None
    here = listing.start // PAGE + 1
    last = listing.start + len(listing.clocks)
    return {
        "text": f"{listing.start + 1:,} to {last:,} of {listing.whole:,}",
        "previous": address(request, page=here - 1 if here > 2 else None) if here > 1 else "",
        "next": address(request, page=here + 1) if listing.more else "",
    }
