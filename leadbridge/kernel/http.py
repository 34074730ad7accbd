"""What every request gets: one `now`, a strict content policy, and errors in plain words."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import now

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The API's own manual draws itself with inline styles.
POLICY_OF_DOCS = POLICY + "; style-src 'self' 'unsafe-inline'"


class NowMiddleware:
    """Sets `request.now`: the one instant that a whole request reckons with."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = now()  # type: ignore[attr-defined]  # declared in people.http.Request
        return self.get_response(request)


class SecurityPolicyMiddleware:
    """Nothing runs or loads but our own files."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_docs = request.path == "/api/v1/docs/"
        response.headers.setdefault(
            "Content-Security-Policy", POLICY_OF_DOCS if is_docs else POLICY
        )
        return response


class DomainErrorMiddleware:
    """A refusal that a page did not catch becomes a page that says what happened."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Only ours; anything else is a fault and is treated as one."""
        if not isinstance(error, DomainError):
            return None
        template = "404.html" if error.status == 404 else "refused.html"
        return render(request, template, {"error": error}, status=error.status)


def stamp_of(data: object) -> str:
    """A short mark of what is on a screen: the same data, the same mark."""
    return hashlib.sha1(repr(data).encode(), usedforsecurity=False).hexdigest()[:16]


def is_unchanged(request: HttpRequest, stamp: str) -> bool:
    """Does the screen that asks (see static/js/live.js) show this very data already?"""
    return request.GET.get("stamp") == stamp


def nothing_new() -> HttpResponse:
    """The answer to a screen that is up to date."""
    return HttpResponse(status=204)


def is_live(request: HttpRequest) -> bool:
    """Is it a screen that asks for its live part again, rather than a person opening a page?"""
    return "X-Live" in request.headers


def live_url(request: HttpRequest, stamp: str) -> str:
    """Where the live part of this very page is asked for again."""
    asked = request.GET.copy()
    asked["stamp"] = stamp
    return f"{request.path}?{asked.urlencode()}"


def answer_page(
    request: HttpRequest,
    *,
    page: str,
    live: str,
    stamp: str,
    context: Callable[[], dict[str, object]],
) -> HttpResponse:
    """A page, its live part alone, or 204 where the screen shows this very data already.

    `context` is called only when something is drawn, so an idle screen costs what the stamp costs.
    """
    asks = is_live(request)
    if asks and is_unchanged(request, stamp):
        response = nothing_new()
    else:
        parts = {**context(), "live_url": live_url(request, stamp), "oob": asks}
        response = render(request, live if asks else page, parts)
    patch_vary_headers(response, ("X-Live", "HX-Request"))
    return response
