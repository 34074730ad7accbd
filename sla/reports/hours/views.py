"""When leads come and when they are left lying: the page, and its file."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.kernel.exports import csv_response
from leadbridge.people.http import Request, signed_in
from leads.handoff.views import address
from sla.reports.arrivals import DAYS
from sla.reports.asking import read_slice
from sla.reports.hours.heat import HOURS, WEEK, Heat, heat_of
from sla.reports.hours.screen import heat_tables
from sla.reports.ledger import one_snapshot
from sla.reports.listing import label_of_kind
from sla.reports.scope import scope_of
from sla.reports.screen import filters


@require_GET
@signed_in
def hours(request: Request) -> HttpResponse:
    """Handovers by weekday and hour, and how many promises that began then were missed."""
    scope, now = scope_of(request.user), request.now
    asked = read_slice(request.GET, scope, now=now)
    with one_snapshot():
        heat = heat_of(asked.slice, now=now)
    if request.GET.get("format") == "csv":
        # What decorators are typed for; a download is sent alike.
        return cast("HttpResponse", csv_response("hours", heat_table(heat)))
    context = {
        **filters(asked, scope, "/sla/hours/"),
        **heat_tables(heat, asked),
        "clock": label_of_kind(heat.kind).lower(),
        "zone": settings.TIME_ZONE,
        "export_url": address(request, format="csv"),
    }
    return render(request, "sla/hours.html", context)


def heat_table(heat: Heat) -> Iterator[Sequence[object]]:
    """A line for each hour of the week."""
    yield ("weekday", "hour", "handed_over", "fell_due", "missed")
    for day in WEEK:
        for hour in HOURS:
            share = heat.late_of(day, hour)
            yield (DAYS[day - 1], hour, heat.arrived_of(day, hour), share.n, share.part)
