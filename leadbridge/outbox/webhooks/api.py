"""Webhooks in the API; for administrators."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.outbox.webhooks import actions
from leadbridge.outbox.webhooks.actions import Plan
from leadbridge.outbox.webhooks.addresses import LONGEST
from leadbridge.outbox.webhooks.models import EVENTS, Webhook, WebhookDelivery
from leadbridge.outbox.webhooks.queries import State, deliveries_of, get_webhook, state_of
from leadbridge.people.calls import (
    Body,
    ListView,
    Query,
    Words,
    caller,
    now_of,
    page_of,
    read_body,
)
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers


class WebhookBody(Body):
    """Where to send what."""

    name = Words(longest=actions.NAME, lines=False)
    url = Words(longest=LONGEST, lines=False, help_text="A public address, https.")
    events = serializers.ListField(
        child=serializers.CharField(), help_text=f"Of {', '.join(EVENTS)}."
    )


class WebhookAnswer(serializers.Serializer[Any]):
    """An address that is told what happens."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    made_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)


class WithSecret(WebhookAnswer):
    """The same with its secret, which is told only here."""

    secret = serializers.CharField(help_text="By which Standard Webhooks are verified.")


class DeliveryAnswer(serializers.Serializer[Any]):
    """One thing that was to be told."""

    id = serializers.IntegerField()
    webhook_id = serializers.CharField(help_text="The header `webhook-id`, the same on every try.")
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=list(State))
    made_at = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    answer = serializers.CharField(help_text="The beginning of the last answer.")
    next_try_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    parked_at = serializers.DateTimeField(allow_null=True)
    dismissed_at = serializers.DateTimeField(allow_null=True)


class WebhookReplayBody(Body):
    """Which deliveries are meant."""

    deliveries = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False, max_length=1000,
        help_text="Left out: all that were given up.",
    )  # fmt: skip


class WebhookReplayAnswer(serializers.Serializer[Any]):
    """How many go again."""

    replayed = serializers.IntegerField()


class WebhookDismissAnswer(serializers.Serializer[Any]):
    """How many nobody needs any more."""

    dismissed = serializers.IntegerField()


def webhook_answer(webhook: Webhook) -> dict[str, object]:
    """An address as the API tells it."""
    return {
        "id": webhook.pk,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.events,
        "made_at": utc_text(webhook.made_at),
        "stopped_at": utc_text(webhook.stopped_at),
    }


def with_secret(webhook: Webhook) -> dict[str, object]:
    """The same with its secret."""
    return {**webhook_answer(webhook), "secret": webhook.secret}


def delivery_answer(row: WebhookDelivery) -> dict[str, object]:
    """One delivery as the API tells it."""
    return {
        "id": row.pk,
        "webhook_id": str(row.key),
        "type": row.type,
        "state": state_of(row).value,
        "made_at": utc_text(row.made_at),
        "attempts": row.attempts,
        "status": row.status,
        "answer": row.answer,
        "next_try_at": utc_text(row.next_try_at),
        "delivered_at": utc_text(row.delivered_at),
        "parked_at": utc_text(row.parked_at),
        "dismissed_at": utc_text(row.dismissed_at),
    }


def _number(raw: str) -> int:
    if not raw.isdecimal() or len(raw) > 18:
        raise DomainError("not_found", "There is no such webhook.", status=404)
    return int(raw)


class Webhooks(ListView):
    """Every address."""

    @extend_schema(
        operation_id="webhooks_list",
        tags=["webhooks"],
        responses=answers(403, ok=WebhookAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """By name, without their secrets."""
        actions.require_keeper(caller(request))
        Query(request, ()).close()
        pages, rows = page_of(self, request, Webhook.objects.all())
        return pages.get_paginated_response([webhook_answer(row) for row in rows])

    @extend_schema(
        operation_id="webhooks_create",
        tags=["webhooks"],
        request=WebhookBody,
        responses=answers(400, 403, created=WithSecret),
    )
    def post(self, request: Request) -> Response:
        """Register an address. The answer has its secret, which is never told again."""
        actions.require_keeper(caller(request))
        plan = Plan(**read_body(request, WebhookBody))
        made = actions.open_webhook(plan=plan, actor=caller(request), now=now_of(request))
        return Response(with_secret(made), status=201)


class WebhookOne(ApiView):
    """One address."""

    @extend_schema(
        operation_id="webhooks_retrieve",
        tags=["webhooks"],
        responses=answers(403, 404, ok=WebhookAnswer),
    )
    def get(self, request: Request, number: str) -> Response:
        """Without its secret."""
        actions.require_keeper(caller(request))
        return Response(webhook_answer(get_webhook(_number(number))))

    @extend_schema(
        operation_id="webhooks_change",
        tags=["webhooks"],
        request=WebhookBody,
        responses=answers(400, 403, 404, ok=WebhookAnswer),
    )
    def put(self, request: Request, number: str) -> Response:
        """Another name, address or choice of events."""
        actions.require_keeper(caller(request))
        plan = Plan(**read_body(request, WebhookBody))
        kept = actions.change_webhook(
            webhook_id=_number(number), plan=plan, actor=caller(request), now=now_of(request)
        )
        return Response(webhook_answer(kept))

    @extend_schema(
        operation_id="webhooks_stop",
        tags=["webhooks"],
        responses=answers(403, 404, ok=WebhookAnswer),
    )
    def delete(self, request: Request, number: str) -> Response:
        """Tell it nothing more; what was told stays readable."""
        stopped = actions.stop_webhook(
            webhook_id=_number(number), actor=caller(request), now=now_of(request)
        )
        return Response(webhook_answer(stopped))


class WebhookDeliveries(ListView):
    """What was to be told there."""

    @extend_schema(
        operation_id="webhooks_deliveries",
        tags=["webhooks"],
        parameters=[OpenApiParameter("state", str, enum=list(State))],
        responses=answers(400, 403, 404, ok=DeliveryAnswer(many=True)),
    )
    def get(self, request: Request, number: str) -> Response:
        """Each with its last answer."""
        actions.require_keeper(caller(request))
        webhook = get_webhook(_number(number))
        query = Query(request, ("state",))
        states = query.choices("state", list(State))
        query.close()
        found = deliveries_of(webhook, State(states[0]) if states else None)
        pages, rows = page_of(self, request, found)
        return pages.get_paginated_response([delivery_answer(row) for row in rows])


class Replay(ApiView):
    """Let deliveries go again."""

    @extend_schema(
        operation_id="webhooks_replay",
        tags=["webhooks"],
        request=WebhookReplayBody,
        responses=answers(400, 403, 404, ok=WebhookReplayAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """These, or all that were given up, under the same `webhook-id`."""
        actions.require_keeper(caller(request))
        chosen = read_body(request, WebhookReplayBody).get("deliveries")
        count = actions.replay(
            webhook_id=_number(number), actor=caller(request), now=now_of(request),
            deliveries=chosen,
        )  # fmt: skip
        return Response({"replayed": count})


class Dismiss(ApiView):
    """Leave deliveries that were given up at that."""

    @extend_schema(
        operation_id="webhooks_dismiss",
        tags=["webhooks"],
        request=WebhookReplayBody,
        responses=answers(400, 403, 404, ok=WebhookDismissAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """These, or all that were given up. They can be read, and go again, for 30 days more."""
        actions.require_keeper(caller(request))
        chosen = read_body(request, WebhookReplayBody).get("deliveries")
        count = actions.dismiss(
            webhook_id=_number(number), actor=caller(request), now=now_of(request),
            deliveries=chosen,
        )  # fmt: skip
        return Response({"dismissed": count})


class Rotate(ApiView):
    """Renew the secret."""

    @extend_schema(
        operation_id="webhooks_rotate",
        tags=["webhooks"],
        request=None,
        responses=answers(403, 404, ok=WithSecret),
    )
    def post(self, request: Request, number: str) -> Response:
        """For a day the old one signs as well."""
        kept = actions.rotate_secret(
            webhook_id=_number(number), actor=caller(request), now=now_of(request)
        )
        return Response(with_secret(kept))


class WebhookTest(ApiView):
    """Send a test."""

    @extend_schema(
        operation_id="webhooks_test",
        tags=["webhooks"],
        request=None,
        responses=answers(403, 404, created=DeliveryAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """A delivery of the type `webhook.test`; its answer stands among the deliveries."""
        made = actions.send_test(
            webhook_id=_number(number), actor=caller(request), now=now_of(request)
        )
        made.refresh_from_db()
        return Response(delivery_answer(made), status=201)
