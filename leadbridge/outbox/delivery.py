"""Claiming messages and sending them, with no transaction open while the network is spoken to."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from leadbridge.outbox.kinds import letter_of
from leadbridge.outbox.models import Message

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=5)
# Retries reach over three days; then the message is set aside and shown.
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440, 1440))

# The condition stands in the statement that claims: of two workers each gets other rows.
_CLAIM = """
    UPDATE outbox_message SET next_try_at = %(lease)s, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM outbox_message WHERE next_try_at <= %(now)s
        ORDER BY next_try_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


@dataclass(frozen=True)
class Delivered:
    """What one run did."""

    sent: int
    failed: int


def deliver_waiting(*, now: datetime) -> Delivered:
    """Send what waits, in batches, until nothing does."""
    sent = failed = 0
    while ids := claim(now=now):
        with get_connection() as mail:
            for message in (
                Message.objects.filter(pk__in=ids).select_related("recipient").order_by("pk")
            ):
                done = _send(message, mail, now)
                sent, failed = sent + done, failed + (not done)
    return Delivered(sent, failed)


def claim(*, now: datetime) -> list[int]:
    """Take up to a batch of waiting messages for this worker alone, for the length of a lease."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "lease": now + LEASE, "batch": BATCH})
        return [row[0] for row in cursor.fetchall()]


def _send(message: Message, mail: BaseEmailBackend, now: datetime) -> bool:
    try:
        letter = letter_of(message)
        if message.recipient.email:
            EmailMessage(
                subject=letter.subject,
                body=letter.body,
                to=[message.recipient.email],
                headers={"Message-ID": f"<{message.key}@leadbridge>"},
                connection=mail,
            ).send()
    except Exception as error:  # noqa: BLE001  # whatever it is, the other messages go on and this one is kept
        _put_off(message, error, now)
        return False
    Message.objects.filter(pk=message.pk, sent_at=None).update(
        sent_at=now, next_try_at=None, error=""
    )
    return True


def _put_off(message: Message, error: Exception, now: datetime) -> None:
    """Try again later, or set aside what failed for three days."""
    log.warning("message %s was not sent: %s", message.key, error)
    last = message.attempts > len(BACK_OFF)
    Message.objects.filter(pk=message.pk).update(
        next_try_at=None if last else now + BACK_OFF[message.attempts - 1],
        failed_at=now if last else None,
        error=f"{type(error).__name__}: {error}"[:500],
    )
