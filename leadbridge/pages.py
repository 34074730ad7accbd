"""The page that belongs to no room."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leadbridge.people.models import Role, User

FIRST_PAGE = {
    Role.MARKETER: "/handoffs/",
    Role.MARKETING_HEAD: "/sla/",
    Role.SELLER: "/inbox/",
    Role.SALES_HEAD: "/sla/",
    Role.ADMINISTRATOR: "/sla/",
}


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's own first page."""
    assert isinstance(request.user, User), "login_required lets only people in"
    return redirect(FIRST_PAGE[Role(request.user.role)])
