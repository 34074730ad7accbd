"""The page and dialog of a follow-up."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from leadbridge.people.http import Request, signed_in
from leads.handoff.views import answer_decision
from leads.work.forms import LogTouch


@require_http_methods(["GET", "POST"])
@signed_in
def touch(request: Request, ref: str) -> HttpResponse:
    """Ask for a follow-up (GET), or log it (POST)."""
    return answer_decision(request, ref, LogTouch)
