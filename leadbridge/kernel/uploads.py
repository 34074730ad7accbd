"""Bodies that are too large or written in a code we do not read: a clear page, never a fault."""

from collections.abc import Callable, Iterator
from functools import wraps
from io import BytesIO
from typing import IO, Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Handler = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])

# Of a form for anybody. What those who are signed in may send is a setting.
MOST_FIELDS = 200
MOST_IN_PIECES = 8 * 1024 * 1024  # bytes: the largest call of the API
FORM_TYPES = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})


class EncodingMiddleware:
    """Forms come in UTF-8. Django would try any codec that a visitor names, even `hex`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        params = request.content_params or {}
        charset = params.get("charset", "utf-8").lower()
        if request.content_type in FORM_TYPES and charset not in ("utf-8", "utf8"):
            return render(None, "400.html", status=400)
        return self.get_response(request)


class PiecesMiddleware:
    """A body that is sent in pieces announces no length, and Django would read nothing of it: a
    delivery would be thanked for and kept empty. It is read here, as far as any door takes one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        stream = request.META.get("wsgi.input")
        in_pieces = (
            "HTTP_TRANSFER_ENCODING" in request.META and "CONTENT_LENGTH" not in request.META
        )
        if in_pieces and stream is not None:
            body = b"".join(_pieces(stream))
            if len(body) > MOST_IN_PIECES:
                return render(None, "413.html", status=413)
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)  # whence Django reads it
        return self.get_response(request)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    left = MOST_IN_PIECES + 1
    while left > 0 and (piece := stream.read(min(left, 64 * 1024))):
        left -= len(piece)
        yield piece


def small_body(view: View) -> View:
    """Answers 413 before a body is read that is larger than any form of ours, and 400 to one with
    more fields than a form for anybody has."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if length_of(request) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
            return render(request, "413.html", status=413)
        _ = request.body  # read first, it stays readable as it was sent once the form is parsed
        if len(request.POST) > MOST_FIELDS:
            return render(request, "400.html", status=400)
        return view(request, *args, **kwargs)

    return cast("View", guarded)


def length_of(request: HttpRequest) -> int:
    """The announced length of the body; without one, Django reads none."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
