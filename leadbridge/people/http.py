"""The request as our views get it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from leadbridge.people.models import User

Rest = ParamSpec("Rest")


class Request(HttpRequest):
    """A request of somebody who is signed in, with the one `now` it reckons with."""

    user: User
    now: datetime
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[Request, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Only for people who are signed in; what the view gets is therefore a `Request`."""
    untyped: Any = view
    return cast("Callable[Concatenate[HttpRequest, Rest], HttpResponse]", login_required(untyped))


class ZoneMiddleware:
    """Screens tell the time of the person who reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The very user: Django's lazy stand-in would be asked a thousand times for one list.
        request.user = user = get_user(request)
        zone = user.time_zone if isinstance(user, User) else ""
        with timezone.override(zone or settings.TIME_ZONE):
            return self.get_response(request)


def zone_of(user: User) -> str:
    """The zone a person reads times in."""
    return user.time_zone or settings.TIME_ZONE
