"""The campaigns behind the figure of read-outs."""

from dataclasses import replace
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.exports import csv_response
from leadbridge.people.http import Request, signed_in, zone_of
from leads.handoff.views import address, page_number
from sla.reports.asking import read_slice
from sla.reports.readouts.counting import OF_READOUTS, read_part, readout_counts, readouts_in
from sla.reports.readouts.screen import PAGE, PATH, page_words, row_of, table_of, tally
from sla.reports.scope import scope_of
from sla.reports.screen import filters


@require_GET
@signed_in
def readouts(request: Request) -> HttpResponse:
    """The read-outs of a period, or one part of them; their number is the figure."""
    scope, now, page = scope_of(request.user), request.now, page_number(request)
    given = {name: request.GET.get(name, "") for name in OF_READOUTS}
    part = read_part(given["part"])
    asked = read_slice(given, scope, now=now)
    asked = replace(asked, params=(*asked.params, ("part", part.value)))
    start, end = asked.slice.start, asked.slice.end
    found = readouts_in(start, end, part, now).order_by("-due_at", "-pk")
    rows = found.select_related("campaign__marketer", "marketing_by", "sales_by")
    if request.GET.get("format") == "csv":
        return cast("HttpResponse", csv_response(f"readouts-{part}", table_of(rows, now)))
    counts, first = readout_counts(start, end, now), (page - 1) * PAGE
    shown = rows[first : first + PAGE]
    last = -(-counts[part] // PAGE)
    context = {
        **filters(asked, scope, PATH),
        "teams": [],
        "kinds": [],
        "tally": tally(counts, asked, part),
        "rows": [row_of(one, zone_of(request.user), now) for one in shown],
        "export_url": address(request, format="csv", page=None),
        "pager": {
            "text": page_words(first, len(shown), counts[part]),
            "previous": address(request, page=page - 1) if page > 1 else "",
            "next": address(request, page=page + 1) if page < last else "",
        }
        if last > 1 or page > 1
        else None,
    }
    return render(request, "sla/readouts.html", context)
