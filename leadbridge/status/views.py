"""The status page, and the two ways in which an administrator lets failed work go on."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.outbox.actions import retry_messages
from leadbridge.people.access import sees_figures
from leadbridge.people.http import Request, signed_in
from leadbridge.status import words
from leadbridge.status.figures import status
from sla.clocks.repair import retry_clocks


@require_GET
@signed_in
def status_page(request: Request) -> HttpResponse:
    """How LeadBridge itself is doing, for whoever reads figures."""
    if not sees_figures(request.user):
        raise DomainError("forbidden", "The status is for those who read figures.", status=403)
    now, interval = request.now, settings.SWEEP_SECONDS
    found = status(now=now)
    wrong = words.problems(found, now=now, interval=interval)
    return answer_page(
        request,
        page="status/status.html",
        live="status/_status_live.html",
        stamp=stamp_of((found, wrong)),
        context=lambda: {
            "found": found,
            "problems": wrong,
            "figures": words.figures(found, now=now),
            "lines": words.lines(found, now=now, interval=interval),
            "lag": words.lag_rows(found),
            "queue": words.queue_rows(found),
            "interval": f"{interval:g}",
            "may_retry": request.user.is_administrator,
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
