"""Everybody who has promises to keep, a page at a time; the SLA page shows the first of them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadbridge.people.http import Request, signed_in
from leads.handoff.views import address, page_number
from sla.reports.asking import read_slice
from sla.reports.crowd.people import SHOWN, Crowd, crowd_of
from sla.reports.ledger import one_snapshot
from sla.reports.links import page_url
from sla.reports.scope import scope_of
from sla.reports.screen import PEOPLE, PEOPLE_HEADS, filters, person_row


@require_GET
@signed_in
def people(request: Request) -> HttpResponse:
    """By salesperson, those first who missed most."""
    scope, now = scope_of(request.user), request.now
    asked = read_slice(request.GET, scope, now=now)
    with one_snapshot():
        start = (page_number(request) - 1) * SHOWN
        crowd = crowd_of(asked.slice, now=now, start=start, most=SHOWN)
    context = {
        **filters(asked, scope, PEOPLE),
        "people": [person_row(person, asked) for person in crowd.people],
        "people_heads": PEOPLE_HEADS,
        "people_whole": crowd.whole,
        "sla_url": page_url(asked, "/sla/"),
        "export_url": page_url(asked, "/sla/", table="people"),
        "pager": crowd_pager(request, crowd),
    }
    return render(request, "sla/people.html", context)


def crowd_pager(request: Request, crowd: Crowd) -> dict[str, str] | None:
    """Below more than fit on one page."""
    here, last = crowd.start // SHOWN + 1, crowd.start + len(crowd.people)
    if crowd.start == 0 and last == crowd.whole:
        return None
    return {
        "text": f"{crowd.start + 1:,} to {last:,} of {crowd.whole:,}",
        "previous": address(request, page=here - 1 if here > 2 else None) if here > 1 else "",
        "next": address(request, page=here + 1) if last < crowd.whole else "",
    }
