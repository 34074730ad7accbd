"""Pages of the addresses for other programs, and of what came there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.forms import keep
from leadbridge.people.http import Request, signed_in, zone_of
from leads.intake.receiving.actions import close_endpoint, replay, require_keeper
from leads.intake.receiving.forms import EndpointForm
from leads.intake.receiving.models import Endpoint
from leads.intake.receiving.providers import PROVIDERS
from leads.intake.receiving.queries import (
    address_of_endpoint,
    came_of,
    failed_of,
    get_delivery,
    get_endpoint,
    last_deliveries,
    lines,
    shown_of,
)
from leads.intake.receiving.tasks import wake_deliveries


@require_GET
@signed_in
def endpoints(request: Request) -> HttpResponse:
    """Every address."""
    require_keeper(request.user)
    shown = {"lines": lines(), "keeps_webhooks": request.user.is_administrator}
    return render(request, "leads/endpoints.html", shown)


@require_http_methods(["GET", "POST"])
@signed_in
def endpoint_new(request: Request) -> HttpResponse:
    """Open an address."""
    require_keeper(request.user)
    form = EndpointForm(request.POST if request.method == "POST" else None, user=request.user)
    if (kept := kept_by(request, form)) is not None:
        return redirect(f"/settings/intake/{kept.pk}/")
    context = {
        "form": form,
        "title": "New address",
        "button": "Open it",
        "back_url": "/settings/intake/",
        "hint": "Afterwards the page shows the address to give to the sender.",
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


def kept_by(request: Request, form: EndpointForm) -> Endpoint | None:
    """What was typed, kept and said so; None where something is wrong, or nothing was sent."""
    kept = keep(form, lambda: form.save(actor=request.user, now=request.now))
    if kept is not None:
        messages.success(request, f"Kept “{kept.name}”.")
    return kept


@require_http_methods(["GET", "POST"])
@signed_in
def endpoint_one(request: Request, number: int) -> HttpResponse:
    """One address: what to give to the sender, its settings, and what came."""
    require_keeper(request.user)
    endpoint = get_endpoint(number)
    posted = request.POST if request.method == "POST" else None
    form = EndpointForm(posted, user=request.user, endpoint=endpoint)
    if kept_by(request, form) is not None:
        return redirect(request.path)
    provider = PROVIDERS[endpoint.provider]
    context = {
        "endpoint": endpoint,
        "provider": provider,
        "address": address_of_endpoint(endpoint),
        "unsigned": provider.signs and not endpoint.secret,
        "form": form,
        "deliveries": last_deliveries(endpoint, zone_of(request.user), request.now),
        "failed": len(failed_of(endpoint)),
    }
    return render(request, "leads/endpoint.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def endpoint_act(request: Request, number: int, what: str) -> HttpResponse:
    """Replay everything that went wrong, or close the address."""
    require_keeper(request.user)
    endpoint = get_endpoint(number)
    if what == "close":
        close_endpoint(endpoint_id=endpoint.pk, actor=request.user, now=request.now)
        messages.success(request, "Closed. What came stays readable.")
    else:
        say_replayed(request, failed_of(endpoint))
    return redirect(f"/settings/intake/{endpoint.pk}/")


def say_replayed(request: Request, numbers: list[int]) -> None:
    """Have them read again, and say how many."""
    again = replay(deliveries=numbers, actor=request.user, now=request.now)
    wake_deliveries()
    left = len(numbers) - again
    rest = f" {left} still do not fit their signature." if left else ""
    messages.success(request, f"{again} will be read again in a moment.{rest}")


@require_http_methods(["GET", "POST"])
@signed_in
def delivery(request: Request, number: int) -> HttpResponse:
    """One delivery as it came (GET); read it again (POST)."""
    require_keeper(request.user)
    row = get_delivery(number)
    if request.method == "POST":
        say_replayed(request, [row.pk])
        return redirect(f"/settings/intake/{row.endpoint_id}/")
    text, cut = shown_of(row)
    context = {
        "delivery": row,
        "row": came_of(row, zone_of(request.user), request.now),
        "raw": text,
        "cut": cut,
        "size": len(bytes(row.raw)),
        "headers": sorted(row.headers.items()),
    }
    return render(request, "leads/delivery.html", context)


@require_GET
@signed_in
def delivery_raw(request: Request, number: int) -> HttpResponse:
    """The bytes as a file, never shown."""
    require_keeper(request.user)
    row = get_delivery(number)
    response = HttpResponse(bytes(row.raw), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="delivery-{row.pk}.bin"'
    return response
