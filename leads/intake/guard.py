"""What keeps programs out of a hosted form without ever losing what a person wrote."""

import hashlib
import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TRAP = "website"
SALT = "leads.intake.form"
LEAST_AGE = timedelta(seconds=3)  # nobody fills in a form in less
MOST_AGE = timedelta(days=1)  # a mark that was read once must not serve a program for ever
MOST_POSTS = 30  # from one address in one window: an office behind one address still gets through
MOST_OF_FORM = 5_000  # by one form in one window: more than a campaign brings
WINDOW = timedelta(minutes=10)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """When a page was made, and which words of consent it showed."""

    at: datetime
    consent: str


def sign_page(slug: str, *, consent: str, now: datetime) -> str:
    """A mark that a page carries through the visitor's browser."""
    return signing.dumps({"form": slug, "at": now.isoformat(), "consent": consent}, salt=SALT)


def read_mark(token: str, slug: str) -> Mark | None:
    """The mark, if it is ours and of this form."""
    try:
        content = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    if content.get("form") != slug:
        return None
    return Mark(datetime.fromisoformat(content["at"]), content["consent"])


def address_of(request: HttpRequest) -> str:
    """The visitor's address. Behind our own proxy, a private address, it is the last one that was
    added to `X-Forwarded-For`; what a visitor wrote there stands before it."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        private = ipaddress.ip_address(peer).is_private
        return str(ipaddress.ip_address(told)) if private and told else peer
    except ValueError:
        return peer


def too_many(address: str, slug: str, now: datetime) -> bool:
    """Has one form come from this address more often than people send it? Unknown where Redis is
    down: then the form works all the same."""
    return _beyond(f"intake:posts:{slug}:{address}", MOST_POSTS, now)


def is_flood(slug: str, now: datetime) -> bool:
    """Does this form bring more than any campaign does?"""
    return _beyond(f"intake:form:{slug}", MOST_OF_FORM, now)


def _beyond(key: str, most: int, now: datetime) -> bool:
    window = int(now.timestamp() // WINDOW.total_seconds())
    count = _count(f"{key}:{window}", WINDOW)
    return count is not None and count > most


def first_use(mark: str) -> bool:
    """Is this the first time that a mark comes with its proof of work? Yes where Redis is down."""
    key = hashlib.sha256(mark.encode(errors="replace")).hexdigest()
    return _count(f"intake:proof:{key}", MOST_AGE) in (None, 1)


def note_program(slug: str, now: datetime) -> None:
    """Log that a program was kept out, and how many that makes today."""
    count = _count(f"intake:programs:{slug}:{now:%Y-%m-%d}", DAY)
    log.info("form %s kept a program out, %s today", slug, count or "at least one")


def _count(key: str, lasting: timedelta) -> int | None:
    try:
        cache.add(key, 0, int(lasting.total_seconds()))
        return int(cache.incr(key))
    except ValueError:  # the key ended between the two
        return 1
    except (RedisError, OSError):
        log.warning("cannot count %s: Redis does not answer", key)
        return None
