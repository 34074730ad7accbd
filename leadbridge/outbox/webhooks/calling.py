"""One call of an address: signed, to the very number that was checked, answered within seconds."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from urllib.parse import urlsplit

from standardwebhooks import Webhook as Signer

from leadbridge.outbox.webhooks.addresses import Unreachable, resolve
from leadbridge.outbox.webhooks.models import Webhook

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
    parts = urlsplit(url)
    try:
        link = _link(parts.scheme, parts.hostname or "", parts.port, resolve(parts))
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            link.request("POST", path, body.encode(), headers)
            response = link.getresponse()
            return Answer(response.status, _read(response))
        finally:
            link.close()
    except Unreachable as error:
        return Answer(None, str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:MOST_KEPT])


def _link(scheme: str, host: str, port: int | None, number: str) -> http.client.HTTPConnection:
    """A connection to a checked number under the name of its host."""
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    link = kind(host, port, timeout=TIMEOUT)
    plain = socket.create_connection((number, link.port), TIMEOUT)
    if isinstance(link, http.client.HTTPSConnection):
        link.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    else:
        link.sock = plain
    return link


def _read(response: http.client.HTTPResponse) -> str:
    """The beginning of the answer; who sends it by drops is not waited for."""
    over, parts, left = monotonic() + TIMEOUT, [], MOST_READ
    while left > 0 and monotonic() < over and (part := response.read1(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts).decode("utf-8", "replace").replace("\0", "\ufffd")[:MOST_KEPT]
