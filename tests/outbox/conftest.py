"""A real mail server for the messages, and ways to have some wait."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.kinds import Letter, register
from leadbridge.outbox.models import Message

LETTER = "test.letter"  # a kind that is not bundled
register(LETTER, lambda message: Letter("A letter", "One of many."))


def letters(cast: Cast, now: datetime, count: int) -> list[Message]:
    """So many messages to Mia that leave one by one."""
    return Message.objects.bulk_create(
        Message(key=f"letter-{n}", kind=LETTER, recipient=cast.mia, created_at=now, next_try_at=now)
        for n in range(count)
    )


class Mailbox:
    """Takes every mail; `refuse` makes it answer with an error instead."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = ""
        self.hang = threading.Event()
        self.hang.set()
        self.reached = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.reached.set()
        while not self.hang.is_set():
            await asyncio.sleep(0.01)
        if self.refuse:
            return self.refuse
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server on a port of its own, to which Django sends."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    try:
        yield box
    finally:
        box.hang.set()
        server.stop()
