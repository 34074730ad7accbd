"""The pages and dialogs of what is done on the way of a lead."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from leadbridge.people.http import Request, signed_in
from leads.handoff.views import answer_decision
from leads.work.forms import ACTS


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: Request, ref: str, name: str) -> HttpResponse:
    """Ask for an act (GET), or do it (POST)."""
    return answer_decision(request, ref, ACTS[name])
