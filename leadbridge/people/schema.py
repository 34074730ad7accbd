"""How the API describes itself: its key, its refusals."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

PROBLEM = "application/problem+json"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    """`Authorization: Bearer KEY`; found by its base class."""

    target_class = "leadbridge.people.keys.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """As OpenAPI writes it."""
        return {"type": "http", "scheme": "bearer"}


class Problem(serializers.Serializer[Any]):
    """A refusal, RFC 9457. `errors` names fields; `by` and `at` come with `already_decided`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a field of this name
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    by = serializers.CharField(required=False)
    at = serializers.DateTimeField(required=False)


WORDS = {
    400: "Bad input, with `errors` per field.",
    401: "No key, or an unknown one.",
    403: "You see this but may not do that, or the key may only read.",
    404: "There is no such thing that you may see.",
    409: "`not_allowed` at this stage, `already_decided` with `by` and `at`, or "
    "`idempotency_conflict`.",
}
EXAMPLES: dict[int, tuple[str, str, str, dict[str, object]]] = {
    400: ("invalid", "email: Give an e-mail address or a phone number.", "Bad Request",
          {"errors": {"email": ["Give an e-mail address or a phone number."]}}),
    409: ("already_decided", "Already accepted by Sam Okafor at 11:04 on 23 November.", "Conflict",
          {"by": "Sam Okafor", "at": "2026-11-23T10:04:00Z"}),
}  # fmt: skip


def answers(*refusals: int, **good: Any) -> dict[Any, Any]:
    """What a call may answer with: `ok=…`, `created=…`, and refusals beside the 401 of all."""
    found: dict[Any, Any] = {}
    for status in (401, *refusals):
        found[status, PROBLEM] = OpenApiResponse(
            Problem, description=WORDS[status], examples=_example(status)
        )
    for name, status in (("ok", 200), ("created", 201)):
        if name in good:
            found[status] = good[name]
    return found


def _example(status: int) -> list[OpenApiExample]:
    if status not in EXAMPLES:
        return []
    code, detail, title, more = EXAMPLES[status]
    body = {"type": f"about:blank#{code}", "title": title, "status": status, "detail": detail}
    return [OpenApiExample(code, {**body, "code": code, **more})]
