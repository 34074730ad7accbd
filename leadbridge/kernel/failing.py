"""When the database cannot be reached: an honest page, never a fault."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_SECONDS = "60"


def is_away(error: BaseException | None) -> bool:
    """Did the database go away, or give up, rather than refuse? A torn connection is sometimes told
    as a bare DatabaseError."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler of everything that went wrong; called while the error is being handled."""
    if is_away(sys.exc_info()[1]):
        return away(request, "503.html", {})
    return render(None, "500.html", status=500)


def away(request: HttpRequest | None, template: str, context: dict[str, object]) -> HttpResponse:
    """A page that needs no database, told as what it is to programs and caches."""
    response = render(None, template, context, status=503)
    response.headers["Retry-After"] = RETRY_SECONDS
    return response
