"""Sending deliveries: addresses are spoken to side by side in threads that know no database, the
deliveries of one address one after the other, so that a slow or dead one holds up nobody else. Who
holds the database writes each answer as it comes, with no transaction open meanwhile."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic

from django.db import connection

from leadbridge.outbox.actions import post
from leadbridge.outbox.delivery import BACK_OFF
from leadbridge.outbox.webhooks.bodies import fix_bodies
from leadbridge.outbox.webhooks.calling import Answer, call, signed_headers
from leadbridge.outbox.webhooks.models import Webhook, WebhookDelivery
from leadbridge.people.models import Role, User

log = logging.getLogger(__name__)

BATCH = 50
# A worker that dies leaves the address alone for so long; then what it had not told goes out again.
LEASE = timedelta(minutes=2)
REST = timedelta(seconds=30)
AT_ONCE = 32  # addresses that are spoken to at the same time
SLICE = 20.0  # seconds for what waits at one slow address
RUN = 60.0  # seconds after which a run turns to no further address
STOP_AFTER = timedelta(days=5)  # without a single delivery that was taken
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


NOTHING = Answer(None, "Nothing is left to be told.")
Letter = tuple[WebhookDelivery, str | Answer]
Moment = Callable[[], datetime]


@dataclass(frozen=True)
class _Said:
    """The answer to one delivery; `delivery` None: no more of this address."""

    webhook: Webhook
    delivery: WebhookDelivery | None = None
    answer: Answer | None = None


@dataclass
class _Run:
    moment: Moment
    said: SimpleQueue[_Said] = field(default_factory=SimpleQueue)
    rests: dict[int, timedelta] = field(default_factory=dict)
    delivered: int = 0
    failed: int = 0


def send_waiting(*, now: datetime) -> Sent:
    """Send what waits at every address that is not resting; any number of workers at once."""
    began = monotonic()
    run = _Run(lambda: now + timedelta(seconds=monotonic() - began))
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
    try:
        while True:
            if monotonic() - began < RUN:
                _turn_to_all(run, pool)
            if not run.rests:
                return Sent(run.delivered, run.failed)
            _note(run)
    finally:
        # What this worker leaves behind when it must end goes out again after its lease.
        pool.shutdown(wait=False, cancel_futures=True)


def _turn_to_all(run: _Run, pool: ThreadPoolExecutor) -> None:
    """A thread for each address at which something waits."""
    while len(run.rests) < AT_ONCE and (webhook := _turn_to_one(run.moment())) is not None:
        letters = _letters(_waiting(webhook, run.moment()))
        run.rests[webhook.pk] = timedelta(0)
        pool.submit(_speak, webhook, letters, run)


def _letters(waiting: Sequence[WebhookDelivery]) -> list[Letter]:
    """Each with its body, or why it has none."""
    bodies = fix_bodies(waiting)
    return [(one, _sendable(bodies.get(one.pk))) for one in waiting]


def _sendable(body: str | Exception | None) -> str | Answer:
    if isinstance(body, Exception):
        return Answer(None, f"{type(body).__name__}: {body}"[:500])
    return body or NOTHING


def _speak(webhook: Webhook, letters: Sequence[Letter], run: _Run) -> None:
    """In a thread: one after the other, until one is not taken or the time is over."""
    over = monotonic() + SLICE
    try:
        for delivery, body in letters:
            answer = _tell(webhook, delivery, body, run.moment())
            run.said.put(_Said(webhook, delivery, answer))
            if not _is_done(answer) or monotonic() > over:
                break  # the others wait at the same door
    finally:
        run.said.put(_Said(webhook))


def _tell(webhook: Webhook, delivery: WebhookDelivery, body: str | Answer, now: datetime) -> Answer:
    if isinstance(body, Answer):
        return body
    try:
        return call(webhook.url, signed_headers(webhook, str(delivery.key), body, now), body)
    except Exception as error:  # an address nobody foresaw must not end the run
        log.exception("webhook %s could not be told %s", webhook.pk, delivery.key)
        return Answer(None, f"{type(error).__name__}: {error}"[:500])


def _is_done(answer: Answer) -> bool:
    return answer.good or answer is NOTHING


def _note(run: _Run) -> None:
    """Write the next answer; every second there is a look for what came meanwhile."""
    try:
        said = run.said.get(timeout=1)
    except Empty:
        return
    now, webhook = run.moment(), said.webhook
    if said.delivery is None or said.answer is None:
        Webhook.objects.filter(pk=webhook.pk).update(rest_until=now + run.rests.pop(webhook.pk))
        return
    if _keep(webhook, said.delivery, said.answer, now):
        run.delivered += 1
    else:
        run.failed += 1
        run.rests[webhook.pk] = REST


def _turn_to_one(now: datetime) -> Webhook | None:
    with connection.cursor() as cursor:
        cursor.execute(_TURN_TO_ONE, {"now": now, "lease": now + LEASE})
        row = cursor.fetchone()
    return Webhook.objects.get(pk=row[0]) if row else None


def _waiting(webhook: Webhook, now: datetime) -> list[WebhookDelivery]:
    waiting = webhook.deliveries.filter(next_try_at__lte=now).select_related("webhook")
    return list(waiting.order_by("next_try_at", "pk")[:BATCH])


def _keep(webhook: Webhook, delivery: WebhookDelivery, answer: Answer, now: datetime) -> bool:
    """Write what came of a delivery; False where the address did not take it."""
    delivery.attempts += 1
    delivery.status, delivery.answer = answer.status, answer.text
    if _is_done(answer):
        delivery.next_try_at, delivery.delivered_at = None, now
        if webhook.failing_since is not None:
            webhook.failing_since = None
            webhook.save(update_fields=["failing_since"])
    else:
        _put_off(webhook, delivery, now)
    delivery.save(
        update_fields=["attempts", "status", "answer", "next_try_at", "delivered_at", "parked_at"]
    )
    return _is_done(answer)


def _put_off(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> None:
    """Try again later; park what failed for three days. An address that says it is gone, or took
    nothing at all for days, is stopped."""
    log.warning("webhook %s did not take %s: %s", webhook.pk, delivery.key, delivery.status)
    webhook.failing_since = webhook.failing_since or now
    gone = delivery.status == GONE
    stops = gone or now - webhook.failing_since >= STOP_AFTER
    webhook.stopped_at = now if stops else webhook.stopped_at
    webhook.save(update_fields=["failing_since", *(["stopped_at"] if stops else [])])
    parks = gone or delivery.attempts > len(BACK_OFF)
    if parks:
        delivery.next_try_at, delivery.parked_at = None, now
    else:
        delivery.next_try_at = now + BACK_OFF[delivery.attempts - 1]
    if stops or parks:
        _tell_keepers(webhook, now)


def _tell_keepers(webhook: Webhook, now: datetime) -> None:
    """Administrators hear of an address that takes nothing, once a day."""
    keepers = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    post(
        kind=PARKED,
        key=f"webhook-{webhook.pk}-{now:%Y-%m-%d}{'-stopped' if webhook.stopped_at else ''}",
        to=list(keepers.values_list("pk", flat=True)),
        data={"webhook": webhook.pk},
        now=now,
    )
