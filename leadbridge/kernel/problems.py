"""Errors of the API: RFC 9457 `application/problem+json`, one shape for all of them."""

from http import HTTPStatus

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError, FieldErrors

CODES = {400: "invalid", 401: "not_authenticated", 403: "forbidden", 404: "not_found"}
TOO_LARGE = "This is more than any call needs."
NOT_READ = "This request could not be read."


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: object = None,
    extra: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem as an answer; `errors` names fields, `extra` adds members such as `by`."""
    body: dict[str, object] = {
        "type": f"about:blank#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **(extra or {}),
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, content_type="application/problem+json", headers=headers)


def problem_handler(error: Exception, context: dict[str, object]) -> Response | None:
    """Translates refusals of the domain and of the framework; None lets a fault be a fault."""
    if isinstance(error, FieldErrors):
        return problem(
            error.status, error.code, error.message, errors=error.errors, extra=error.data
        )
    if isinstance(error, DomainError):
        errors = {error.field: [error.message]} if error.field else None
        return problem(error.status, error.code, error.message, errors=errors, extra=error.data)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", TOO_LARGE)
    if isinstance(error, SuspiciousOperation | BadRequest):
        return problem(400, "invalid", NOT_READ)
    if not isinstance(error, exceptions.APIException):
        return None
    return _of_framework(error)


def _of_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # set by DRF
    wait = getattr(error, "wait", None)  # of a throttled call, in seconds
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        name, words = next(iter(errors.items()))
        first = words[0] if isinstance(words, list) and words else words
        detail = f"{name}: {first}" if name else str(first)
        return problem(400, "invalid", detail, errors=errors, headers=headers)
    status = error.status_code
    code = CODES.get(status, str(error.default_code))
    return problem(status, code, str(error.detail), headers=headers)
