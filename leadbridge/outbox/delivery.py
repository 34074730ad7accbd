"""Claiming messages and sending them, with no transaction open while the network is spoken to."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.db.models import F

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
    began = monotonic()

    def moment() -> datetime:
        """`now`, grown by what this run has taken: a lease counted from an instant long past would
        be over before its messages are sent, and another worker would send them too."""
        return now + timedelta(seconds=monotonic() - began)

    sent = failed = 0
    mail = get_connection()
    try:
        while ids := claim(now=moment()):
            over = moment() + LEASE / 2
            waiting = list(Message.objects.filter(pk__in=ids).select_related("recipient"))
            if (closed := _why_closed(mail)) is not None:
                failed += sum(_put_off(message, closed, moment()) for message in waiting)
                continue
            for place, message in enumerate(waiting):
                if moment() > over:  # a slow server
                    _give_back(waiting[place:], moment())
                    return Delivered(sent, failed)
                done = _send(message, mail, moment())
                sent, failed = sent + done, failed + (not done)
    finally:
        mail.close()
    return Delivered(sent, failed)


def _why_closed(mail: BaseEmailBackend) -> Exception | None:
    """Why the mail server does not take anything now; None when it does. Asked once a batch."""
    try:
        mail.open()
    except (OSError, SMTPException) as error:
        return error
    return None


def _give_back(messages: Sequence[Message], now: datetime) -> None:
    """What was claimed and not tried waits again, and no try is counted."""
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(next_try_at=now, attempts=F("attempts") - 1)


def claim(*, now: datetime) -> list[int]:
    """Take up to a batch of waiting messages for this worker alone, for the length of a lease."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "lease": now + LEASE, "batch": BATCH})
        return [row[0] for row in cursor.fetchall()]


def _send(message: Message, mail: BaseEmailBackend, now: datetime) -> bool:
    try:
        letter = letter_of(message)
        if message.recipient.email:
            mail.open()  # does nothing where it is open
            EmailMessage(
                subject=" ".join(letter.subject.split()),  # a header has one line
                body=letter.body,
                to=[message.recipient.email],
                headers={"Message-ID": f"<{message.key}@leadbridge>"},
                connection=mail,
            ).send()
    except SoftTimeLimitExceeded:
        raise  # this worker must end now; the message comes up again when its lease is over
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on and it is kept
        _put_off(message, error, now)
        with suppress(OSError, SMTPException):
            mail.close()  # a connection that failed once is not used again
        return False
    Message.objects.filter(pk=message.pk, sent_at=None).update(
        sent_at=now, next_try_at=None, error=""
    )
    return True


def _put_off(message: Message, error: Exception, now: datetime) -> bool:
    """Try again later, or set aside what failed for three days. True: that is one more failure."""
    log.warning("message %s was not sent: %s", message.key, error)
    last = message.attempts > len(BACK_OFF)
    Message.objects.filter(pk=message.pk).update(
        next_try_at=None if last else now + BACK_OFF[message.attempts - 1],
        failed_at=now if last else None,
        error=f"{type(error).__name__}: {error}"[:500],
    )
    return True
