"""How a form answers: as a page, as JSON to a snippet on another site, or without a database."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from leadbridge.kernel.failing import RETRY_SECONDS, away
from leadbridge.kernel.http import POLICY
from leads.intake.guard import TRAP, WINDOW
from leads.intake.models import Form
from leads.intake.webforms.questions import TYPED
from leads.intake.webforms.tongues import Tongue, tongue_of

LONG = 80  # from here on a text is shown in several lines
QUIET = frozenset({"signed_at", "proof", "consent", "consent_version", "csrfmiddlewaretoken", TRAP})
WAIT = {429: str(int(WINDOW.total_seconds())), 503: RETRY_SECONDS}


def wants_json(request: HttpRequest) -> bool:
    """Does a program ask, rather than a browser that shows a page?"""
    accepts = request.headers.get("Accept", "")
    return request.content_type == "application/json" or (
        "application/json" in accepts and "text/html" not in accepts
    )


def origin_of(request: HttpRequest) -> str:
    """The site a request came from, as the browser says it; blank where it says nothing."""
    told = request.headers.get("Origin", "")
    if told:
        return told
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def is_own(request: HttpRequest, origin: str) -> bool:
    """Is it our own site? A browser that says nothing counts as ours: it has to bear a mark."""
    here = f"{request.scheme}://{request.get_host()}"
    return origin in ("", here, settings.SITE_URL)


def let_in(response: HttpResponse, origin: str, form: Form) -> HttpResponse:
    """Let the sites that may show this form read its answers; no other."""
    patch_vary_headers(response, ("Origin", "Accept"))
    if origin in form.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept"
        response.headers["Access-Control-Max-Age"] = "3600"
    return response


def send_on(response: HttpResponse, form: Form) -> HttpResponse:
    """Browsers hold a page's `form-action` against where a form is sent on to, too."""
    if form.thanks_url:
        parts = urlsplit(form.thanks_url)
        there = f"form-action 'self' {parts.scheme}://{parts.netloc}"
        response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", there)
    return response


def said(status: int, **members: object) -> JsonResponse:
    """JSON for a snippet."""
    response = JsonResponse({"ok": status < 400, **members}, status=status)
    if status in WAIT:
        response.headers["Retry-After"] = WAIT[status]
    return response


def without_database(
    request: HttpRequest, typed: Mapping[str, str], language: str = ""
) -> HttpResponse:
    """The honest answer while the database is away. The language is that of the browser, as far as
    we know it, because the form itself cannot be read."""
    words = _tongue(request, language)
    if wants_json(request):
        return said(503, message=words.not_now)
    return away(request, "leads/form_away.html", _typed_back(request, typed, words, words.not_now))


def asked_to_wait(request: HttpRequest, typed: Mapping[str, str]) -> HttpResponse:
    """What a visitor typed, to be sent again later: much comes from their network just now."""
    words = _tongue(request)
    context = _typed_back(request, typed, words, words.too_many)
    response = render(request, "leads/form_away.html", context, status=429)
    response.headers["Retry-After"] = WAIT[429]
    return response


def _tongue(request: HttpRequest, language: str = "") -> Tongue:
    return tongue_of(language or request.headers.get("Accept-Language", "")[:2].lower())


def _typed_back(
    request: HttpRequest, typed: Mapping[str, str], words: Tongue, why: str
) -> dict[str, object]:
    visible = [name for name in typed if name not in QUIET]
    return {
        "words": words,
        "why": why,
        "organisation": settings.ORGANISATION,
        "action": request.path,
        "typed": [(name, _label(name, words), typed[name], _long(typed[name])) for name in visible],
        "rest": [(name, text) for name, text in typed.items() if name in QUIET],
    }


def _label(name: str, words: Tongue) -> str:
    plain = name.removeprefix(TYPED).replace("_", " ")
    return words.labels.get(name) or plain[:1].upper() + plain[1:]


def _long(text: str) -> bool:
    return len(text) > LONG or "\n" in text
