"""One call of an address: signed, to the very number that was checked, and over after ten seconds
whatever the other side does. Knows no database, so that it may run in a thread."""

import http.client
import io
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook as Signer

from leadbridge.outbox.webhooks.addresses import resolve
from leadbridge.outbox.webhooks.models import Webhook
from leadbridge.outbox.webhooks.names import Unreachable

TIMEOUT = 10.0
MOST_READ = 64 * 1024
MOST_KEPT = 1_000


@dataclass(frozen=True)
class Answer:
    """What came back; `status` None: nothing did, and `text` says why."""

    status: int | None
    text: str

    @property
    def good(self) -> bool:
        """Taken. A redirection is none: what is signed for one address is not sent to another."""
        return self.status is not None and 200 <= self.status < 300


def signed_headers(webhook: Webhook, key: str, body: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, signed by every secret that holds now."""
    signatures = [Signer(secret).sign(key, now, body) for secret in webhook.secrets_at(now)]
    return {
        "Content-Type": "application/json",
        "User-Agent": "LeadBridge",
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def call(url: str, headers: dict[str, str], body: str) -> Answer:
    """Post it; never raises for what the other side does."""
    over, parts = monotonic() + TIMEOUT, urlsplit(url)
    try:
        number = resolve(parts, _left(over))
        link, line = _link(parts.scheme, parts.hostname or "", parts.port, number, over)
        with line:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            link.request("POST", path, body.encode(), headers)
            response = link.getresponse()
            return Answer(response.status, _read(response))
    except Unreachable as error:
        return Answer(None, str(error))
    except TimeoutError:
        return Answer(None, f"No answer within {TIMEOUT:.0f} seconds.")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:MOST_KEPT])


def _link(
    scheme: str, host: str, port: int | None, number: str, over: float
) -> tuple[http.client.HTTPConnection, socket.socket]:
    """A connection to a checked number under the name of its host, and the line that it speaks
    over."""
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    link = kind(host, port)
    line = socket.create_connection((number, link.port), _left(over))
    try:
        if scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except BaseException:
        line.close()
        raise
    link.sock = _Timed(line, over)
    return link, line


def _read(response: http.client.HTTPResponse) -> str:
    """The beginning of the answer. Its status is what counts, so one that comes too slowly is cut
    off where it was."""
    parts, left = [], MOST_READ
    try:
        while left > 0 and (part := response.read1(left)):
            parts.append(part)
            left -= len(part)
    except TimeoutError:
        parts.append(b" (the rest came too slowly)")
    return b"".join(parts).decode("utf-8", "replace").replace("\0", "\ufffd")[:MOST_KEPT]


def _left(over: float) -> float:
    left = over - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A connection as `http.client` uses it, over at one instant: a timeout of each read alone
    would be begun anew by every drop of an answer."""

    def __init__(self, line: socket.socket, over: float) -> None:
        self._line, self._over = line, over

    def sendall(self, data: Any) -> None:
        self._line.settimeout(_left(self._over))
        self._line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Drops(self._line, self._over))

    def close(self) -> None:
        """Told by `http.client` while there is still an answer to read; the caller closes it."""


class _Drops(io.RawIOBase):
    def __init__(self, line: socket.socket, over: float) -> None:
        self._line, self._over = line, over

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(_left(self._over))
        return self._line.recv_into(buffer)
