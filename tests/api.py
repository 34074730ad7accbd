"""A program that calls the API with somebody's key, at an instant of the test's choosing."""

import json
from datetime import datetime
from itertools import count
from typing import Any

import time_machine
from django.test import Client

from leadbridge.people.keys import make_key
from leadbridge.people.models import User

_names = count(1)
ROOT = "/api/v1/"


class Api:
    """Calls as `user` at `now`; answers carry `.status_code`, `.json()` and headers."""

    def __init__(self, user: User, now: datetime, *, scope: str = "write") -> None:
        self.now = now
        key = make_key(user=user, name=f"test {next(_names)}", scope=scope, now=now)
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str, **params: str) -> Any:
        """GET of an address below /api/v1/, or of a whole one out of an answer."""
        url = path if path.startswith(("http", "/")) else ROOT + path
        with time_machine.travel(self.now, tick=False):
            return self.client.get(url, params or None)

    def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        """POST of a JSON body."""
        return self.send(path, json.dumps({} if body is None else body).encode(), key=key)

    def send(self, path: str, body: bytes, *, kind: str = "application/json", key: str = "") -> Any:
        """POST of bytes as they are."""
        headers = {"Idempotency-Key": key} if key else {}
        with time_machine.travel(self.now, tick=False):
            return self.client.generic(
                "POST", ROOT + path, body, content_type=kind, headers=headers
            )


def assert_problem(answer: Any, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The answer is RFC 9457 with this status and code, and errors for just these fields."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code), body
    assert {"type", "title", "detail"} <= body.keys()
    assert set(body.get("errors", {})) == set(fields), body
    return body
