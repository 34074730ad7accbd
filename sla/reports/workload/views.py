"""Who carries how much: the page with its file, and the leads behind a number of it."""

from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.exports import csv_response
from leadbridge.kernel.time import local
from leadbridge.people.http import Request, signed_in, zone_of
from leads.handoff.views import address, page_number
from sla.reports.asking import Asked, read_slice
from sla.reports.ledger import one_snapshot
from sla.reports.links import list_url
from sla.reports.scope import scope_of
from sla.reports.scorecard.listing import PAGE, Row
from sla.reports.scorecard.screen import drawn
from sla.reports.screen import filters
from sla.reports.slices import Part
from sla.reports.workload.loads import Load, held_by, loads_of

SHOWN = 50  # more bars than these cannot be told apart; the file has all
LEADS_URL = "/sla/workload/leads/"


@require_GET
@signed_in
def workload(request: Request) -> HttpResponse:
    """Open and new leads of each seller beside what was agreed, and how many promises they miss."""
    scope, now = scope_of(request.user), request.now
    asked = read_slice(request.GET, scope, now=now)
    with one_snapshot():
        loads = loads_of(asked.slice, now=now)
    if request.GET.get("format") == "csv":
        # What decorators are typed for; a download is sent alike.
        return cast("HttpResponse", csv_response("workload", load_table(loads)))
    start = (page_number(request) - 1) * SHOWN
    context = {
        **filters(asked, scope, "/sla/workload/"),
        "rows": [load_row(load, asked) for load in loads[start : start + SHOWN]],
        "pager": load_pager(request, start, len(loads)),
        "export_url": address(request, format="csv", page=None),
    }
    return render(request, "sla/workload.html", context)


def load_pager(request: Request, start: int, whole: int) -> dict[str, str] | None:
    """Below more than fit on one page."""
    if not start and whole <= SHOWN:
        return None
    here, last = start // SHOWN + 1, min(start + SHOWN, whole)
    return {
        "text": f"{start + 1:,} to {last:,} of {whole:,}",
        "previous": address(request, page=here - 1 if here > 2 else None) if here > 1 else "",
        "next": address(request, page=here + 1) if last < whole else "",
    }


@require_GET
@signed_in
def workload_leads(request: Request) -> HttpResponse:
    """The open leads that somebody holds now; how many they are is the number."""
    scope, now = scope_of(request.user), request.now
    asked = read_slice(request.GET, scope, now=now)
    page, zone = page_number(request), zone_of(request.user)
    found, start = held_by(asked.slice), (page - 1) * PAGE
    rows, whole = (
        [Row(lead, lead.captured_at) for lead in found[start : start + PAGE]],
        found.count(),
    )
    last = start + len(rows)
    pager = {
        "text": f"{start + 1:,} to {last:,} of {whole:,}",
        "previous": address(request, page=page - 1 if page > 2 else None) if page > 1 else "",
        "next": address(request, page=page + 1) if last < whole else "",
    }
    context = {
        "title": "Open leads held now",
        "whole": whole,
        "back_url": "/sla/workload/",
        "back_name": "Workload",
        "period": f"{local(now, zone):%-d %b %Y, %H:%M}",
        "rows": [(row, local(row.at, zone)) for row in rows],
        "pager": pager if start or last < whole else None,
    }
    return render(request, "sla/scorecard_leads.html", context)


def load_row(load: Load, asked: Asked) -> dict[str, object]:
    """One seller in words; every number opens what it counts."""
    who = {"holder": str(load.user_id), "team": load.team}
    missed = load.missed
    return {
        "name": load.name,
        "team": load.team_name,
        "away": load.away if load.active else "no longer works here",
        "open": load.open,
        "open_url": f"{LEADS_URL}?{urlencode(who)}" if load.open else "",
        "goal": drawn(load.capacity),
        "agreed": agreed_words(load),
        "new": load.new,
        "new_url": list_url(asked, Part.TIMED, **who, kind="accept") if load.new else "",
        "missed": missed.part,
        "missed_url": list_url(asked, Part.MISSED, **who, side="sales") if missed.part else "",
        "due": missed.n,
        "due_url": list_url(asked, Part.DUE, **who, side="sales") if missed.n else "",
        "share": "" if missed.percent is None else f", {missed.percent:.0f} %",
        "v": drawn(missed.percent),
        "state": state_of(load),
    }


def agreed_words(load: Load) -> str:
    """ "at most 20", or an even share where no limit was agreed; and what else was."""
    terms = load.terms
    parts = [f"{load.even:.0f} by weight" if terms.open is None else f"at most {terms.open}"]
    if terms.weight != 1:
        parts.append(f"weight {terms.weight}")
    if terms.per_day is not None:
        parts.append(f"{terms.per_day} a day")
    return ", ".join(parts)


def state_of(load: Load) -> tuple[str, str]:
    """Full or with room, where a limit was agreed, with the tone of its tag."""
    most = load.terms.open
    if most is None:
        return "", ""
    if load.open > most:
        return f"{load.open - most} too many", "late"
    return ("full", "risk") if load.open == most else (f"room for {most - load.open}", "ok")


def load_table(loads: Sequence[Load]) -> Iterator[Sequence[object]]:
    """A line for each seller and team."""
    yield ("seller", "team", "open", "at_most", "even_share", "weight", "new", "fell_due", "missed",
           "away")  # fmt: skip
    for one in loads:
        most = "" if one.terms.open is None else one.terms.open
        yield (one.username, one.team, one.open, most, round(one.even, 1), one.terms.weight,
               one.new, one.missed.n, one.missed.part, one.away)  # fmt: skip
