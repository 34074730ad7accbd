"""The pages of the quarantine: what waits, one of them with its mending, and the bytes."""

from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.people.access import settles_quarantine
from leadbridge.people.http import Request, signed_in, zone_of
from leadbridge.people.saved_menu import with_views
from leads.definition.fields import live_fields
from leads.handoff.models import Lead
from leads.handoff.views import address, page_number
from leads.intake.outcome import outcome_of
from leads.intake.quarantine.actions import discard, require_settler
from leads.intake.quarantine.forms import Discard, Mend
from leads.intake.quarantine.keeping import readable
from leads.intake.quarantine.mending import take_in_mended
from leads.intake.quarantine.models import Origin, Quarantined, State
from leads.intake.quarantine.queries import (
    PAGE,
    Wish,
    asked_for,
    face_of,
    get_item_for,
    own_labels,
    reasons_of,
    row_of,
    rows_of,
)

SHOWN = 20_000  # characters of what was sent; all of it can be downloaded


@require_http_methods(["GET", "POST"])
@signed_in
@with_views("quarantine")
def quarantine(request: Request) -> HttpResponse:
    """What waits, soonest due first, or what became of the rest (GET); discard several (POST)."""
    wish = wish_of(request)
    form = Discard(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require_settler(request.user)
        if form.is_valid() and discard_ticked(request, form):
            return redirect(f"{request.path}{address(request)}")
    page = Paginator(asked_for(request.user, wish), PAGE).get_page(page_number(request))
    ticked = set(request.POST.getlist("item"))
    rows = rows_of(list(page.object_list), request.user, request.now)
    context = {
        "rows": [replace(row, ticked=str(row.number) in ticked) for row in rows],
        "wish": wish,
        "form": form,
        "decides": wish.state == State.WAITING and settles_quarantine(request.user),
        "states": [(s.label, address(request, state=s, page=None), s == wish.state) for s in State],
        "origins": [
            (label, address(request, origin=value, page=None), value == wish.origin)
            for value, label in [("", "Every way in"), *Origin.choices]
        ],
        "whose": [
            (name, address(request, who=who, page=None), bool(who) == wish.mine)
            for who, name in (("", "Everybody's"), ("mine", "Mine"))
        ],
        "pager": pager(request, page.number, page.paginator.num_pages, page.paginator.count),
    }
    return render(request, "leads/quarantine.html", context, status=422 if form.errors else 200)


def wish_of(request: Request) -> Wish:
    """What the address looks for."""
    state, origin = request.GET.get("state", ""), request.GET.get("origin", "")
    return Wish(
        state=state if state in State.values else State.WAITING.value,
        origin=origin if origin in Origin.values else "",
        mine=request.GET.get("who") == "mine",
        q=request.GET.get("q", "").replace("\0", "").strip()[:100],
    )


def discard_ticked(request: Request, form: Discard) -> bool:
    """Discard what was ticked; False where the form has to say what is missing."""
    numbers = [int(n) for n in request.POST.getlist("item") if n.isascii() and n.isdigit()]
    ids = [number for number in numbers[:PAGE] if number < 2**63]
    try:
        count = discard(
            item_ids=ids, actor=request.user, now=request.now, reason=form.cleaned_data["reason"]
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, f"Discarded {count}. They stay readable under “Discarded”.")
    return True


def pager(request: Request, here: int, last: int, whole: int) -> dict[str, str] | None:
    """Below more than fit on one page."""
    if last < 2:
        return None
    return {
        "text": f"Page {here} of {last}, {whole:,} in all",
        "previous": address(request, page=here - 1) if here > 1 else "",
        "next": address(request, page=here + 1) if here < last else "",
    }


@require_http_methods(["GET", "POST"])
@signed_in
def quarantined(request: Request, ref: str) -> HttpResponse:
    """One of them: why, what was sent, and (POST) mend and take in, or discard."""
    item = get_item_for(request.user, ref)
    posted = request.POST if request.method == "POST" else None
    mend = Mend(
        item, posted if posted and "discard" not in posted else None,
        now=request.now, own=live_fields(),
    )  # fmt: skip
    away = Discard(posted if posted and "discard" in posted else None)
    if posted is not None:
        require_settler(request.user)
        done = settle(request, item, mend, away)
        if done is not None:
            return done
    status = 422 if posted is not None else 200
    return render(request, "leads/quarantined.html", told(request, item, mend, away), status=status)


def settle(request: Request, item: Quarantined, mend: Mend, away: Discard) -> HttpResponse | None:
    """Carry out what was chosen, and say so; None where something has to be mended first."""
    form = away if away.is_bound else mend
    if not form.is_valid():
        return None
    actor, now = request.user, request.now
    try:
        if away.is_bound:
            reason = away.cleaned_data["reason"]
            discard(item_ids=[item.pk], actor=actor, now=now, reason=reason)
            messages.success(request, f"Discarded {item.ref}. It stays readable.")
        else:
            taken = take_in_mended(item_id=item.pk, actor=actor, now=now, fields=mend.told())
            messages.success(request, outcome_of(taken.lead, joined=taken.joined, now=now))
    except FieldErrors as error:
        mend.take_errors(error)
        return None
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
    return redirect("/quarantine/")


def told(request: Request, item: Quarantined, mend: Mend, away: Discard) -> dict[str, object]:
    """What the page of one of them shows."""
    own = own_labels()
    text, cut = readable(bytes(item.raw), SHOWN)
    waits = item.state == State.WAITING
    known = Lead.objects.open().filter(email_key=item.email_key) if item.email_key else None
    return {
        "item": item,
        "row": row_of(item, request.user, request.now, own),
        "reasons": reasons_of(item.errors, own),
        "clock": face_of(item, zone_of(request.user), request.now) if waits else None,
        "raw": text,
        "cut": cut,
        "size": len(bytes(item.raw)),
        "decides": waits and settles_quarantine(request.user),
        "form": mend,
        "pairs": mend.pairs(),
        "rest": mend.rest(),
        "discard": away,
        "known": known.first() if known and waits else None,
    }


@require_GET
@signed_in
def raw(request: Request, ref: str) -> HttpResponse:
    """The bytes as they were sent, as a file: never shown, because anybody may have sent them."""
    item = get_item_for(request.user, ref)
    response = HttpResponse(bytes(item.raw), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{item.ref}.bin"'
    return response
