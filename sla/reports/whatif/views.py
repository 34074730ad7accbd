"""The pages of what-if: asking, and reading what it answered."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.exports import table_response
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people.http import Request, signed_in
from leads.handoff.views import downloads
from sla.reports.scope import scope_of
from sla.reports.whatif.actions import ask_whatif
from sla.reports.whatif.models import WhatIf
from sla.reports.whatif.queries import get_whatif_for, whatifs_for
from sla.reports.whatif.screen import headline, whatif_screen
from sla.reports.whatif.sheet import changes_of, sheet_of
from sla.reports.whatif.tables import TABLES, whatif_tables
from sla.reports.whatif.tasks import wake_whatifs

LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def whatifs(request: Request) -> HttpResponse:
    """The form and what was asked (GET); ask (POST): its page shows how far it is."""
    scope_of(request.user)
    if request.method != "POST":
        return _draw(request)
    try:
        content, days = changes_of(request.user, request.POST.dict())
        asked = ask_whatif(content=content, days=days, actor=request.user, now=request.now)
    except DomainError as refused:
        return _draw(request, refused)
    wake_whatifs()
    return redirect("whatif", number=asked.pk)


@require_GET
@signed_in
def whatif(request: Request, number: str) -> HttpResponse:
    """One what-if: how far it is, then what would have been."""
    found = get_whatif_for(request.user, number)
    if table := request.GET.get("table"):
        tables = whatif_tables(found.result) if found.state == WhatIf.State.DONE else {}
        return table_response(f"what-if-{found.pk}", tables, table)
    return answer_page(
        request,
        page="sla/whatif.html",
        live="sla/_whatif_live.html",
        stamp=stamp_of((found.pk, found.state, found.share, found.clocks)),
        context=lambda: {
            "tried": whatif_screen(request.user, found),
            "exports": downloads(request, TABLES),
        },
    )


def _draw(request: Request, refused: DomainError | None = None) -> HttpResponse:
    context = {
        "sheet": sheet_of(request.user, request.POST.dict()),
        "rows": [headline(one, request.user) for one in whatifs_for(request.user)[:LISTED]],
        "refused": refused,
    }
    return render(request, "sla/whatifs.html", context, status=refused.status if refused else 200)
