"""How each provider proves that a delivery is theirs. Pure; times are those of the request.

Sources: the providers' own manuals (HubSpot request signatures v3, Meta webhooks, LinkedIn webhook
validation, Google lead form webhooks, Typeform and Webflow webhook signatures).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

OLDEST = timedelta(minutes=5)  # a signature with a time stamp counts no longer


@dataclass(frozen=True)
class Signed:
    """What a signature is about. `headers` by their names in small letters."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    now: datetime


def _mac(secret: str, *parts: bytes) -> hmac.HMAC:
    return hmac.new(secret.encode(), b"".join(parts), hashlib.sha256)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _fresh(stamp: str, now: datetime) -> bool:
    """Milliseconds since 1970, not long ago."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        return False
    return abs(now.timestamp() - int(stamp) / 1000) <= OLDEST.total_seconds()


def hubspot(secret: str, signed: Signed) -> bool:
    """X-HubSpot-Signature-v3: method, address, body and time stamp, in Base64."""
    stamp = signed.headers.get("x-hubspot-request-timestamp", "")
    parts = (b"POST", unquote(signed.url).encode(), signed.body, stamp.encode())
    wanted = base64.b64encode(_mac(secret, *parts).digest()).decode()
    given = signed.headers.get("x-hubspot-signature-v3", "")
    return _fresh(stamp, signed.now) and _same(given, wanted)


def facebook(secret: str, signed: Signed) -> bool:
    """X-Hub-Signature-256: `sha256=` and the body's code in hex."""
    wanted = f"sha256={_mac(secret, signed.body).hexdigest()}"
    return _same(signed.headers.get("x-hub-signature-256", ""), wanted)


def linkedin(secret: str, signed: Signed) -> bool:
    """X-LI-Signature: the body's code, with `hmacsha256=` before the body."""
    wanted = _mac(secret, b"hmacsha256=", signed.body).hexdigest()
    given = signed.headers.get("x-li-signature", "").removeprefix("hmacsha256=")
    return _same(given, wanted)


def google(secret: str, signed: Signed) -> bool:
    """The key stands in the body, as `google_key`."""
    try:
        told = json.loads(signed.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and _same(str(told.get("google_key", "")), secret)


def typeform(secret: str, signed: Signed) -> bool:
    """Typeform-Signature: `sha256=` and the body's code in Base64."""
    wanted = f"sha256={base64.b64encode(_mac(secret, signed.body).digest()).decode()}"
    return _same(signed.headers.get("typeform-signature", ""), wanted)


def webflow(secret: str, signed: Signed) -> bool:
    """X-Webflow-Signature: time stamp, a colon and the body, in hex."""
    stamp = signed.headers.get("x-webflow-timestamp", "")
    wanted = _mac(secret, stamp.encode(), b":", signed.body).hexdigest()
    given = signed.headers.get("x-webflow-signature", "")
    return _fresh(stamp, signed.now) and _same(given, wanted)


CHECKS: Mapping[str, Callable[[str, Signed], bool]] = {
    "hubspot": hubspot,
    "facebook": facebook,
    "linkedin": linkedin,
    "google": google,
    "typeform": typeform,
    "webflow": webflow,
}


def answer_linkedin(secret: str, code: str) -> str:
    """What LinkedIn wants to read to its challenge."""
    return _mac(secret, code.encode(errors="replace")).hexdigest()
