"""`Idempotency-Key`: the same POST twice gives the first answer, and is done once.

Claim, work and answer share one transaction: a second call with the same key waits on the unique
index until the first is done, and a crash leaves no trace of either.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

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
Part = dict[str, Any]
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it, which PostgreSQL refuses


class _AnsweredBefore(Exception):
    def __init__(self, answer: IdempotentAnswer) -> None:
        super().__init__(answer.key)
        self.answer = answer


class ApiView(APIView):
    """The base of every view of the API: a POST with an `Idempotency-Key` is done once. A view
    that does many things, each for itself, says `as_a_whole = False` and asks `Parts`."""

    as_a_whole: ClassVar[bool] = True
    _claimed: IdempotentAnswer | None = None

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """As usual; with a key, inside the transaction that keeps the answer."""
        if not (self.as_a_whole and request.method == "POST" and HEADER in request.headers):
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
        if self.as_a_whole and request.method == "POST" and key is not None:
            self._claimed = _claim(request, key)

    def handle_exception(self, exc: Exception) -> Response:
        """An earlier answer is not an error."""
        if isinstance(exc, _AnsweredBefore):
            kind = "application/problem+json" if (exc.answer.status or 0) >= 400 else None
            return Response(exc.answer.body, status=exc.answer.status, content_type=kind)
        return super().handle_exception(exc)


class Parts:
    """One call that does many things, each in a transaction of its own, and each once: a repeat
    with the same key does what is still to be done, also after a crash in the middle."""

    def __init__(self, request: Request) -> None:
        self.user, self.key = _user(request), request.headers.get(HEADER)
        if self.key is not None:
            _require_key(self.key)
            kept, _ = IdempotentAnswer.objects.get_or_create(
                user=self.user,
                key=self.key,
                defaults={"fingerprint": _fingerprint(request), "created_at": now()},
            )
            if kept.fingerprint != _fingerprint(request):
                raise _conflict()

    def do(self, number: int, work: Callable[[], Part]) -> Part:
        """The answer of one part: of `work`, or of the first time. What `work` raises is undone."""
        if self.key is None:
            with transaction.atomic():
                return work()
        part = f"{hashlib.sha256(self.key.encode()).hexdigest()}#{number}"
        with transaction.atomic():
            try:
                with transaction.atomic():
                    row = IdempotentAnswer.objects.create(
                        user=self.user, key=part, fingerprint="part", created_at=now()
                    )
            except IntegrityError:
                return dict(IdempotentAnswer.objects.get(user=self.user, key=part).body or {})
            row.body = json.loads(json.dumps(work(), cls=JSONEncoder))
            row.status = 200
            row.save(update_fields=["status", "body"])
            return dict(row.body)


def _user(request: Request) -> User:
    assert isinstance(request.user, User), "permissions were checked before"
    return request.user


def _require_key(key: str) -> None:
    if not (1 <= len(key) <= 255 and key.isprintable()):
        raise DomainError("invalid", f"{HEADER} has 1 to 255 visible characters.")


def _fingerprint(request: Request) -> str:
    body = json.dumps(_plain(request.data), sort_keys=True, default=str)
    return hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()


def _conflict() -> DomainError:
    return DomainError("idempotency_conflict", "This key was used for another request.", status=409)


def _claim(request: Request, key: str) -> IdempotentAnswer:
    _require_key(key)
    user, fingerprint = _user(request), _fingerprint(request)
    try:
        with transaction.atomic():
            return IdempotentAnswer.objects.create(
                user=user, key=key, fingerprint=fingerprint, created_at=now()
            )
    except IntegrityError:
        answer = IdempotentAnswer.objects.get(user=user, key=key)
    if answer.fingerprint != fingerprint:
        raise _conflict()
    raise _AnsweredBefore(answer)


def _plain(data: object) -> object:
    return dict(data) if isinstance(data, Mapping) else data
