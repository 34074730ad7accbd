"""Acting from a list of broken promises, on one or several at once."""

from collections import Counter
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.people.http import Request, signed_in
from leads.handoff.actions import reassign_lead
from sla.clocks.queries import clock_id_of, get_clock_for
from sla.reports.breach_actions import acknowledge_breach, nudge_holder
from sla.reports.breach_screen import taker_of
from sla.reports.listing import PAGE
from sla.reports.scope import scope_of

LIST = "/sla/breaches/"


@require_POST
@signed_in
def act(request: Request) -> HttpResponse:
    """Nudge or acknowledge what was ticked; what fails is told, and the rest is done."""
    scope_of(request.user)
    ticked = [clock_id_of(text) for text in dict.fromkeys(request.POST.getlist("clock"))][:PAGE]
    words, deed = _deed_of(request)
    if not ticked:
        messages.error(request, "Tick at least one promise first.")
    done, refused = each(ticked, deed)
    if done:
        messages.success(request, f"{words} {done:,} of {len(ticked):,}.")
    for why, count in refused.items():
        messages.error(request, f"{count:,} not: {why}")
    return redirect(back_of(request))


def _deed_of(request: Request) -> tuple[str, Callable[[int], object]]:
    """What the button asks for, and the word for having done it."""
    who, now, note = request.user, request.now, request.POST.get("note", "")
    match request.POST.get("do"):
        case "nudge":
            return "Nudged", lambda pk: nudge_holder(clock_id=pk, actor=who, now=now)
        case "acknowledge":
            return "Acknowledged", lambda pk: acknowledge_breach(
                clock_id=pk, actor=who, now=now, note=note
            )
        case "reassign":
            return "Reassigned", _reassigning(request)
    raise DomainError("invalid", "Choose what to do.", field="do")


def _reassigning(request: Request) -> Callable[[int], object]:
    """Gives the lead of a promise to who was chosen; a lead with several is given once."""
    to, team = taker_of(request.POST.get("to", ""))
    given: set[int] = set()

    def reassign(clock_id: int) -> None:
        lead_id = get_clock_for(request.user, clock_id).lead_id
        if lead_id in given:
            return
        reassign_lead(
            lead_id=lead_id,
            actor=request.user,
            now=request.now,
            to=to,
            team=team,
            cause=request.POST.get("note", ""),
        )
        given.add(lead_id)

    return reassign


def each(ticked: list[int], deed: Callable[[int], object]) -> tuple[int, Counter[str]]:
    """How many were done, and why the others were not. Each is a transaction of its own."""
    done, refused = 0, Counter[str]()
    for clock_id in ticked:
        try:
            deed(clock_id)
        except DomainError as error:
            refused[error.message] += 1
        else:
            done += 1
    return done, refused


def back_of(request: Request) -> str:
    """The list from which it was done, never another place."""
    back = request.POST.get("back", "")
    here = back.startswith("/sla/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if here else LIST
