"""Sending messages, with no transaction open while the network is spoken to."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPServerDisconnected
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from leadbridge.outbox.claims import LEASE, claim, give_back, pace_after, set_pace
from leadbridge.outbox.kinds import Letter, letter_of
from leadbridge.outbox.models import Message

log = logging.getLogger(__name__)

# Retries reach over three days; then the message is set aside and shown.
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440, 1440))

Mail = list[Message]
"""The messages that leave as one mail; the first one lends it its name."""


@dataclass(frozen=True)
class Delivered:
    """What one run did; messages are counted, not mails."""

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
    server = get_connection()
    try:
        while ids := claim(now=moment()):
            over = moment() + LEASE / 2
            mails = _mails_of(ids)
            if (closed := _why_closed(server)) is not None:
                failed += sum(_put_off(mail, closed, moment()) for mail in mails)
                continue
            for place, mail in enumerate(mails):
                if moment() > over:  # a slow server
                    give_back([message for late in mails[place:] for message in late], moment())
                    return Delivered(sent, failed)
                done = _send(mail, server, moment())
                sent, failed = sent + done * len(mail), failed + (not done) * len(mail)
    finally:
        server.close()
    return Delivered(sent, failed)


def _mails_of(ids: Sequence[int]) -> list[Mail]:
    """What was claimed, put together as it leaves: the one that names a mail comes first."""
    mails: dict[int, Mail] = {}
    for message in Message.objects.filter(pk__in=ids).select_related("recipient").order_by("pk"):
        mails.setdefault(message.bundle_id or message.pk, []).append(message)
    return list(mails.values())


def _why_closed(server: BaseEmailBackend) -> Exception | None:
    """Why the mail server does not take anything now; None when it does. Asked once a batch."""
    try:
        server.open()
    except (OSError, SMTPException) as error:
        return error
    return None


def _send(mail: Mail, server: BaseEmailBackend, now: datetime) -> bool:
    try:
        letter = letter_of(mail)
        if letter and mail[0].recipient.email:
            server.open()  # does nothing where it is open
            _email(mail[0], letter, server).send()
    except SoftTimeLimitExceeded:
        raise  # this worker must end now; the message comes up again when its lease is over
    except Exception as error:  # noqa: BLE001 - whatever it is, the others go on and it is kept
        _put_off(mail, error, now, perhaps_taken=_is_doubtful(error))
        with suppress(OSError, SMTPException):
            server.close()  # a connection that failed once is not used again
        return False
    Message.objects.filter(pk__in=[message.pk for message in mail], sent_at=None).update(
        sent_at=now, next_try_at=None, error=""
    )
    set_pace(mail, now + pace_after(mail) if letter else now)
    return True


def _email(first: Message, letter: Letter, server: BaseEmailBackend) -> EmailMessage:
    return EmailMessage(
        subject=" ".join(letter.subject.split()),  # a header has one line
        body=letter.body,
        to=[first.recipient.email],
        headers={"Message-ID": f"<{first.key}@leadbridge>"},
        connection=server,
    )


def _is_doubtful(error: Exception) -> bool:
    """The line broke, so the server may have taken the mail: only an answer of its own is sure."""
    if isinstance(error, SMTPException):
        return isinstance(error, SMTPServerDisconnected)
    return isinstance(error, OSError)


def _put_off(mail: Mail, error: Exception, now: datetime, *, perhaps_taken: bool = False) -> int:
    """Try again later, or set aside what failed for three days; how many messages that are.

    A mail that may have been taken is tried again as the same mail. One that surely was not falls
    apart, so that after a long failure all that waits leaves as one.
    """
    log.warning("mail %s was not sent: %s", mail[0].key, error)
    tries = [max(message.attempts for message in mail)] * len(mail)
    if not perhaps_taken:
        tries = [message.attempts for message in mail]
    for attempts in set(tries):
        ids = [message.pk for message, tried in zip(mail, tries, strict=True) if tried == attempts]
        last = attempts > len(BACK_OFF)
        Message.objects.filter(pk__in=ids).update(
            next_try_at=None if last else now + BACK_OFF[attempts - 1],
            failed_at=now if last else None,
            error=f"{type(error).__name__}: {error}"[:500],
            **({} if perhaps_taken else {"bundle": None}),
        )
    set_pace(mail, now)
    return len(mail)
