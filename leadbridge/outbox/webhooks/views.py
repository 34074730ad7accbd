"""Pages of the addresses that are told what happens."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.forms import keep
from leadbridge.outbox.webhooks import actions
from leadbridge.outbox.webhooks.actions import require_keeper
from leadbridge.outbox.webhooks.forms import WebhookForm
from leadbridge.outbox.webhooks.models import Webhook
from leadbridge.outbox.webhooks.queries import State, all_webhooks, get_webhook, lines
from leadbridge.people.http import Request, signed_in, zone_of

SECRET = "webhook_secret"  # noqa: S105  # where one waits in the session to be shown once


@require_GET
@signed_in
def webhooks(request: Request) -> HttpResponse:
    """Every address."""
    require_keeper(request.user)
    return render(request, "webhooks/webhooks.html", {"webhooks": all_webhooks()})


@require_http_methods(["GET", "POST"])
@signed_in
def webhook_new(request: Request) -> HttpResponse:
    """Register an address."""
    require_keeper(request.user)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if (kept := kept_by(request, form)) is not None:
        return show_secret(request, kept)
    context = {
        "form": form,
        "title": "New webhook",
        "button": "Register it",
        "back_url": "/settings/webhooks/",
        "hint": "Afterwards the page shows, once, the secret by which calls are signed.",
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


def kept_by(request: Request, form: WebhookForm) -> Webhook | None:
    """What was typed, kept and said so; None where something is wrong, or nothing was sent."""
    kept = keep(form, lambda: form.save(actor=request.user, now=request.now))
    if kept is not None:
        messages.success(request, f"Kept “{kept.name}”.")
    return kept


def show_secret(request: Request, webhook: Webhook) -> HttpResponse:
    """On to the page of the address, which shows its new secret this once."""
    request.session[SECRET] = {"webhook": webhook.pk, "secret": webhook.secret}
    return redirect(f"/settings/webhooks/{webhook.pk}/")


@require_http_methods(["GET", "POST"])
@signed_in
def webhook_one(request: Request, number: int) -> HttpResponse:
    """One address: its settings, and what was told there."""
    require_keeper(request.user)
    webhook = get_webhook(number)
    form = WebhookForm(request.POST if request.method == "POST" else None, webhook=webhook)
    if kept_by(request, form) is not None:
        return redirect(request.path)
    asked = request.GET.get("state", "")
    state = State(asked) if asked in set(State) else None
    waiting = request.session.pop(SECRET, None) if request.method == "GET" else None
    context = {
        "webhook": webhook,
        "form": form,
        "secret": waiting["secret"] if waiting and waiting["webhook"] == webhook.pk else "",
        "overlaps": len(webhook.secrets_at(request.now)) > 1,
        "deliveries": lines(webhook, state, zone_of(request.user), request.now),
        "state": state,
        "states": list(State),
        "parked": webhook.deliveries.filter(parked_at__isnull=False).count(),
    }
    response = render(request, "webhooks/webhook.html", context, status=422 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def webhook_act(request: Request, number: int, what: str) -> HttpResponse:
    """Send a test, stop, start, let go again, or renew the secret."""
    require_keeper(request.user)
    if what == "rotate":
        kept = actions.rotate_secret(webhook_id=number, actor=request.user, now=request.now)
        return show_secret(request, kept)
    messages.success(request, DEEDS[what](request, number))
    return redirect(f"/settings/webhooks/{number}/")


def _test(request: Request, number: int) -> str:
    actions.send_test(webhook_id=number, actor=request.user, now=request.now)
    return "A test leaves in a moment; its answer stands below."


def _stop(request: Request, number: int) -> str:
    actions.stop_webhook(webhook_id=number, actor=request.user, now=request.now)
    return "Stopped. What waits there waits until it is started again."


def _start(request: Request, number: int) -> str:
    actions.start_webhook(webhook_id=number, actor=request.user, now=request.now)
    return "Started."


def _replay(request: Request, number: int) -> str:
    count = actions.replay(
        webhook_id=number, actor=request.user, now=request.now, deliveries=_chosen(request)
    )
    return f"{count} will go again in a moment."


def _dismiss(request: Request, number: int) -> str:
    count = actions.dismiss(
        webhook_id=number, actor=request.user, now=request.now, deliveries=_chosen(request)
    )
    return f"{count} dismissed. They stay in the list for 30 days, and can go again as long."


def _chosen(request: Request) -> list[int] | None:
    """Those that were named; None: all that were given up."""
    named = request.POST.getlist("delivery")
    known = [int(one) for one in named if one.isdecimal() and len(one) <= 18]
    return known[:100] if named else None


DEEDS: dict[str, Callable[[Request, int], str]] = {
    "test": _test,
    "stop": _stop,
    "start": _start,
    "replay": _replay,
    "dismiss": _dismiss,
}
