"""`Idempotency-Key`: the same POST twice gives the first answer, and is done once.

Claim, work and answer share one transaction: a second call with the same key waits on the unique
index until the first is done, and a crash leaves no trace of either.
"""

import hashlib
import json
import re
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import now
from leadbridge.people.models import IdempotentAnswer, User

HEADER = "Idempotency-Key"
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it, which PostgreSQL refuses


class _AnsweredBefore(Exception):
    def __init__(self, answer: IdempotentAnswer) -> None:
        super().__init__(answer.key)
        self.answer = answer


class ApiView(APIView):
    """The base of every view of the API: a POST with an `Idempotency-Key` is done once."""

    _claimed: IdempotentAnswer | None = None

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """As usual; with a key, inside the transaction that keeps the answer."""
        if request.method != "POST" or HEADER not in request.headers:
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif self._claimed is not None and isinstance(response, Response):
                self._claimed.status = response.status_code
                # Nothing of ours holds a NUL, but a refusal may quote one that was sent.
                text = json.dumps(response.data, cls=JSONEncoder)
                self._claimed.body = json.loads(_NUL.sub(r"\1\\ufffd", text))
                self._claimed.save(update_fields=["status", "body"])
            return response

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """After the person is known and before anything is done, claim the key."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method == "POST" and key is not None:
            self._claimed = _claim(request, key)

    def handle_exception(self, exc: Exception) -> Response:
        """An earlier answer is not an error."""
        if isinstance(exc, _AnsweredBefore):
            kind = "application/problem+json" if (exc.answer.status or 0) >= 400 else None
            return Response(exc.answer.body, status=exc.answer.status, content_type=kind)
        return super().handle_exception(exc)


def _claim(request: Request, key: str) -> IdempotentAnswer:
    if not (1 <= len(key) <= 255 and key.isprintable()):
        raise DomainError("invalid", f"{HEADER} has 1 to 255 visible characters.")
    user = request.user
    assert isinstance(user, User), "permissions were checked before"
    body = json.dumps(_plain(request.data), sort_keys=True, default=str)
    fingerprint = hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()
    try:
        with transaction.atomic():
            return IdempotentAnswer.objects.create(
                user=user, key=key, fingerprint=fingerprint, created_at=now()
            )
    except IntegrityError:
        answer = IdempotentAnswer.objects.get(user=user, key=key)
    if answer.fingerprint != fingerprint:
        raise DomainError(
            "idempotency_conflict", "This key was used for another request.", status=409
        )
    raise _AnsweredBefore(answer)


def _plain(data: object) -> object:
    return dict(data) if isinstance(data, Mapping) else data
