"""Sending deliveries: a worker turns to one address at a time, so that a slow or dead one holds up
nobody else; with no transaction open while the network is spoken to."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection

from leadbridge.outbox.actions import post
from leadbridge.outbox.delivery import BACK_OFF
from leadbridge.outbox.webhooks.bodies import body_of
from leadbridge.outbox.webhooks.calling import Answer, call, signed_headers
from leadbridge.outbox.webhooks.models import Webhook, WebhookDelivery
from leadbridge.people.models import Role, User

log = logging.getLogger(__name__)

BATCH = 50
# A worker that dies leaves the address alone for so long; then what it had not told goes out again.
LEASE = timedelta(minutes=2)
REST = timedelta(seconds=30)
GONE = 410
PARKED = "webhook.parked"

_TURN_TO_ONE = """
    UPDATE outbox_webhook SET rest_until = %(lease)s
    WHERE id = (
        SELECT id FROM outbox_webhook AS hook
        WHERE stopped_at IS NULL AND rest_until <= %(now)s AND EXISTS (
            SELECT FROM outbox_webhookdelivery AS waiting
            WHERE waiting.webhook_id = hook.id AND waiting.next_try_at <= %(now)s
        )
        ORDER BY rest_until, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""


@dataclass(frozen=True)
class Sent:
    """What one run did."""

    delivered: int = 0
    failed: int = 0


def send_waiting(*, now: datetime) -> Sent:
    """Send what waits at every address that is not resting; any number of workers at once."""
    began = monotonic()

    def moment() -> datetime:
        """`now`, grown by what this run has taken."""
        return now + timedelta(seconds=monotonic() - began)

    delivered = failed = 0
    while (webhook := _turn_to_one(moment())) is not None:
        over, rest = moment() + LEASE / 2, timedelta(0)
        for delivery in _waiting(webhook, moment()):
            if _deliver(webhook, delivery, moment()):
                delivered += 1
            else:
                failed, rest = failed + 1, REST
                break  # the others wait at the same door
            if moment() > over:
                break
        Webhook.objects.filter(pk=webhook.pk).update(rest_until=moment() + rest)
    return Sent(delivered, failed)


def _turn_to_one(now: datetime) -> Webhook | None:
    with connection.cursor() as cursor:
        cursor.execute(_TURN_TO_ONE, {"now": now, "lease": now + LEASE})
        row = cursor.fetchone()
    return Webhook.objects.get(pk=row[0]) if row else None


def _waiting(webhook: Webhook, now: datetime) -> list[WebhookDelivery]:
    waiting = webhook.deliveries.filter(next_try_at__lte=now).select_related("webhook")
    return list(waiting.order_by("next_try_at", "pk")[:BATCH])


def _deliver(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> bool:
    """Tell it; False where the address did not take it."""
    body = body_of(delivery)
    if body is None:
        answer = Answer(None, "Nothing is left to be told.")
    else:
        headers = signed_headers(webhook, str(delivery.key), body, now)
        answer = call(webhook.url, headers, body)
    delivery.attempts += 1
    delivery.status, delivery.answer = answer.status, answer.text
    if body is None or answer.good:
        delivery.next_try_at, delivery.delivered_at = None, now
    else:
        _put_off(webhook, delivery, now)
    delivery.save(
        update_fields=["attempts", "status", "answer", "next_try_at", "delivered_at", "parked_at"]
    )
    return delivery.delivered_at is not None


def _put_off(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> None:
    """Try again later; park what failed for three days, or whose address says it is gone."""
    log.warning("webhook %s did not take %s: %s", webhook.pk, delivery.key, delivery.status)
    gone = delivery.status == GONE
    if gone or delivery.attempts > len(BACK_OFF):
        delivery.next_try_at, delivery.parked_at = None, now
        if gone:
            Webhook.objects.filter(pk=webhook.pk).update(stopped_at=now)
        _tell_keepers(webhook, now)
    else:
        delivery.next_try_at = now + BACK_OFF[delivery.attempts - 1]


def _tell_keepers(webhook: Webhook, now: datetime) -> None:
    """Administrators hear of an address that takes nothing, once a day."""
    keepers = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    post(
        kind=PARKED,
        key=f"webhook-{webhook.pk}-{now:%Y-%m-%d}",
        to=list(keepers.values_list("pk", flat=True)),
        data={"webhook": webhook.pk},
        now=now,
    )
