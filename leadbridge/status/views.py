"""The status page, and what an administrator does there: letting failed work go on, and voiding
what fell due in an outage."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.outbox.actions import retry_messages
from leadbridge.people.access import sees_figures
from leadbridge.people.http import Request, signed_in, zone_of
from leadbridge.status import words
from leadbridge.status.figures import status
from leadbridge.status.forms import OutageForm
from leadbridge.status.kept import kept_figures, kept_problems, kept_rows, recount_words
from sla.clocks.outage import outage_words, preview_outage, require_window, void_outage
from sla.clocks.repair import retry_clocks
from sla.clocks.tasks import wake_rebuilds
from sla.reports.rollups.recounting import ask_recount
from sla.reports.tasks import wake_recount

CONFLICT = 409


@require_GET
@signed_in
def status_page(request: Request) -> HttpResponse:
    """How LeadBridge itself is doing, for whoever reads figures."""
    if not sees_figures(request.user):
        raise DomainError("forbidden", "The status is for those who read figures.", status=403)
    now, interval = request.now, settings.SWEEP_SECONDS
    found = status(now=now)
    kept, zone = kept_figures(), zone_of(request.user)
    wrong = words.problems(found, now=now, interval=interval) + kept_problems(kept)
    recount = recount_words(kept.recount, zone)
    return answer_page(
        request,
        page="status/status.html",
        live="status/_status_live.html",
        stamp=stamp_of((found, wrong, kept_rows(kept, zone), recount)),
        context=lambda: {
            "found": found,
            "problems": wrong,
            "figures": words.figures(found, now=now),
            "lines": words.lines(found, now=now, interval=interval),
            "lag": words.lag_rows(found),
            "queue": words.queue_rows(found),
            "interval": f"{interval:g}",
            "may_retry": request.user.is_administrator,
            "outages": words.outage_rows(found.outages, zone),
            "kept": kept_rows(kept, zone),
            "recount": recount,
        },
    )


@require_POST
@signed_in
def retry_mail(request: Request) -> HttpResponse:
    """Send again what was given up."""
    count = retry_messages(actor=request.user, now=request.now)
    messages.success(request, f"{words.counted(count, 'message')} will be tried again.")
    return redirect("/status/")


@require_POST
@signed_in
def retry_set_aside(request: Request) -> HttpResponse:
    """Give clocks that failed back to the sweep."""
    count = retry_clocks(actor=request.user, now=request.now)
    messages.success(request, f"The sweep looks at {words.counted(count, 'clock')} again.")
    return redirect("/status/")


@require_POST
@signed_in
def recount_figures(request: Request) -> HttpResponse:
    """Have a worker count all kept figures again; the page shows how far it is."""
    try:
        ask_recount(actor=request.user, now=request.now)
    except DomainError as refusal:
        if refusal.status != CONFLICT:
            raise
        messages.info(request, refusal.message)
        return redirect("/status/#kept")
    wake_recount()
    messages.success(request, "A worker counts the kept figures again; this page shows how far.")
    return redirect("/status/#kept")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outage(request: Request) -> HttpResponse:
    """Void what fell due in an outage: first what it would touch, then the deed."""
    if not request.user.is_administrator:
        raise DomainError("forbidden", "Only an administrator voids clocks.", status=403)
    form = OutageForm(request.POST or None, zone=zone_of(request.user))
    if request.method != "POST":
        return render(request, "status/outage.html", {"form": form})
    if not form.is_valid():
        return render(request, "status/outage.html", {"form": form}, status=422)
    window = {name: form.cleaned_data[name] for name in ("since", "until")}
    asked = {"actor": request.user, "now": request.now, "reason": form.cleaned_data["reason"]}
    try:
        require_window(**asked, **window)
    except DomainError as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return render(request, "status/outage.html", {"form": form}, status=422)
    if request.POST.get("step") != "void":
        found = {"form": form, "hit": preview_outage(**window)}
        return render(request, "status/outage.html", found)
    voided = void_outage(**asked, **window)
    wake_rebuilds()
    messages.success(request, f"Voided: {outage_words(voided, zone_of(request.user))}")
    return redirect("/status/")
