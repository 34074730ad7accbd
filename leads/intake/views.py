"""The marketer's own entry page, and answers to what the definition asks."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.people.http import Request, signed_in
from leads.definition.fields import live_fields
from leads.handoff.queries import get_lead_for
from leads.handoff.views import answer_decision
from leads.intake.actions import take_in
from leads.intake.forms import Attest, EntryForm
from leads.intake.outcome import outcome_of


@require_http_methods(["GET", "POST"])
@signed_in
def attest(request: Request, ref: str) -> HttpResponse:
    """Ask for what the definition asks of a person (GET), or take the answer (POST)."""
    return answer_decision(request, ref, Attest)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter_lead(request: Request) -> HttpResponse:
    """A marketer enters somebody by hand, and reads at once what became of it."""
    if not request.user.is_marketing:
        raise PermissionDenied("Leads are entered by marketing.")
    form = EntryForm(
        request.POST if request.method == "POST" else None, now=request.now, own=live_fields()
    )
    if request.method == "POST" and form.is_valid():
        try:
            taken = take_in(
                packet=form.packet, origin="marketer", marketer=request.user, actor=request.user,
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            told = urlencode({"saved": taken.lead.ref, "joined": int(taken.joined)})
            return redirect(f"{reverse('enter_lead')}?{told}")
    context = {
        "form": form, "pairs": form.pairs(), "rest": form.rest(), "back_url": "/handoffs/",
        "saved": None if form.is_bound else _saved(request),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "leads/capture.html", context, status=status)


def _saved(request: Request) -> dict[str, object] | None:
    """What became of the lead that was entered just before."""
    ref = request.GET.get("saved")
    if not ref:
        return None
    lead = get_lead_for(request.user, ref)
    joined = request.GET.get("joined") == "1"
    return {"lead": lead, "outcome": outcome_of(lead, joined=joined, now=request.now)}
