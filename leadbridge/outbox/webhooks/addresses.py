"""Where we may send: never into our own network, whatever a name resolves to."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.webhooks.names import LOOKUP, Unreachable, look_up

LONGEST = 500
_TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 behind NAT64


def checked_url(url: str) -> str:
    """The address as it is kept; DomainError `invalid` with the cure."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise _refused("Write a whole address, as https://example.com/hooks.") from None
    clean = url.isprintable() and not {" ", "\\"} & set(url) and len(url) <= LONGEST
    if not (clean and parts.hostname and port_is_right and parts.scheme in ("http", "https")):
        raise _refused("Write a whole address, as https://example.com/hooks.")
    if parts.username is not None:
        raise _refused("Leave name and password out: every call is signed.")
    if parts.scheme == "http" and not settings.WEBHOOKS_TO_PRIVATE:
        raise _refused("Only https, so that nobody reads along.")
    try:
        resolve(parts)
    except Unreachable as error:
        raise _refused(f"{error} Give a public one.") from None
    return url


def _refused(sentence: str) -> DomainError:
    return DomainError("invalid", sentence, field="url")


def resolve(parts: SplitResult, within: float = LOOKUP) -> str:
    """The number at which a host is reached now. Raises Unreachable where it has none, none was
    told within so many seconds, or one of its numbers belongs to a private network; asked again at
    every call, because names change."""
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    numbers = look_up(host, port, within)
    if not numbers:
        raise Unreachable(f"No such host: {host}.")
    if not settings.WEBHOOKS_TO_PRIVATE:
        for number in numbers:
            if not _is_public(number):
                raise Unreachable(f"{host} is an address of a private network.")
    return numbers[0]


def _is_public(number: str) -> bool:
    """A number of the internet; one of IPv6 that only carries one of IPv4 is judged by that."""
    judged = ip_address(number.partition("%")[0])
    if isinstance(judged, IPv6Address):
        carried = judged.ipv4_mapped or judged.sixtofour
        if carried is None and judged in _TRANSLATED:
            carried = IPv4Address(int(judged) & 0xFFFFFFFF)
        judged = carried or judged
    return judged.is_global and not (judged.is_multicast or judged.is_reserved)
