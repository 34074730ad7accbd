"""Bodies that announce no length are read all the same, as far as any door takes one."""

from io import BytesIO

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from leadbridge.kernel.uploads import MOST_IN_PIECES, PiecesMiddleware


def in_pieces(body: bytes) -> WSGIRequest:
    """A POST as a server hands it on that was sent in pieces."""
    environ = RequestFactory().post("/").environ
    del environ["CONTENT_LENGTH"]
    sent = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": BytesIO(body)}
    return WSGIRequest({**environ, **sent, "CONTENT_TYPE": "application/x-www-form-urlencoded"})


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("email", "") + f" {len(request.body)}")


def test_a_body_in_pieces_is_read_whole() -> None:
    body = b"email=jo%40acme.example&message=" + b"x" * 200_000
    assert in_pieces(body).body == b"", "Django alone would read nothing of it"
    answer = PiecesMiddleware(echo)(in_pieces(body))
    assert answer.content == b"jo@acme.example 200032"


def test_an_endless_body_in_pieces_is_refused() -> None:
    stream = BytesIO(b"x" * (MOST_IN_PIECES + 1_000_000))
    request = in_pieces(b"")
    request.META["wsgi.input"] = stream
    assert PiecesMiddleware(echo)(request).status_code == 413
    assert stream.tell() == MOST_IN_PIECES + 1


def test_a_body_with_a_length_is_left_alone() -> None:
    request = RequestFactory().post("/", {"email": "x"})
    before = request._stream
    PiecesMiddleware(lambda one: HttpResponse())(request)
    assert request._stream is before
