"""Reading addresses and deliveries for the people who keep them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.kernel.words import due_words
from leads.intake.quarantine.keeping import plain, readable
from leads.intake.receiving.models import AGAIN, Arrived, Delivery, DeliveryState, Endpoint
from leads.intake.receiving.providers import PROVIDERS

LAST = 50
SHOWN = 20_000
TONES = {
    DeliveryState.DONE: "ok",
    DeliveryState.ASIDE: "risk",
    DeliveryState.REFUSED: "late",
    DeliveryState.FAILED: "late",
}


@dataclass(frozen=True)
class Line:
    """One address in the list."""

    number: int
    name: str
    provider: str
    marketer: str
    source: str
    campaign: str
    received: int
    failed: int
    closed: bool
    unsigned: bool


def lines() -> list[Line]:
    """Every address, with how much came and how much of it could not be read."""
    bad = Q(deliveries__state__in=(DeliveryState.FAILED, DeliveryState.REFUSED))
    rows = Endpoint.objects.select_related("marketer").annotate(
        received=Count("deliveries"), failed=Count("deliveries", filter=bad)
    )
    return [
        Line(
            number=row.pk,
            name=row.name,
            provider=PROVIDERS[row.provider].label,
            marketer=str(row.marketer),
            source=row.source,
            campaign=row.campaign,
            received=row.received,
            failed=row.failed,
            closed=row.closed_at is not None,
            unsigned=PROVIDERS[row.provider].signs and not row.secret,
        )
        for row in rows
    ]


def get_endpoint(number: int) -> Endpoint:
    """One address, open or closed; DomainError `not_found` (404)."""
    found = Endpoint.objects.select_related("marketer").filter(pk=number).first()
    if found is None:
        raise DomainError("not_found", "There is no such address.", status=404)
    return found


def address_of_endpoint(endpoint: Endpoint) -> str:
    """The whole address, for the provider."""
    return f"{settings.SITE_URL}/api/v1/intake/{endpoint.provider}/{endpoint.token}/"


@dataclass(frozen=True)
class Came:
    """One delivery in the list."""

    number: int
    at: str
    when: str
    state: str
    tone: str
    note: str
    begins: str
    times: int
    again: bool
    leads: tuple[str, ...]


def last_deliveries(endpoint: Endpoint, zone: str, now: datetime) -> list[Came]:
    """The last of them, newest first."""
    rows = list(endpoint.deliveries.order_by("-pk")[:LAST])
    leads = leads_of(row.pk for row in rows)
    return [_came(row, leads.get(row.pk, ()), zone, now) for row in rows]


def leads_of(numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The leads that deliveries became or joined."""
    found: dict[int, tuple[str, ...]] = {}
    rows = Arrived.objects.filter(delivery__in=list(numbers), lead__isnull=False)
    for delivery, lead in rows.values_list("delivery", "lead"):
        found[delivery] = (*found.get(delivery, ()), f"L-{lead}")
    return found


def _came(row: Delivery, leads: tuple[str, ...], zone: str, now: datetime) -> Came:
    return Came(
        number=row.pk,
        at=row.received_at.isoformat(),
        when=due_words(local(row.received_at, zone), now),
        state=DeliveryState(row.state).label,
        tone=TONES.get(DeliveryState(row.state), ""),
        note=row.note,
        begins=plain(bytes(row.raw[:200]).decode("utf-8", "replace"), 90),
        times=row.times,
        again=row.state in AGAIN,
        leads=leads,
    )


def failed_of(endpoint: Endpoint) -> list[int]:
    """What a replay of everything would read again."""
    return list(endpoint.deliveries.filter(state__in=AGAIN).values_list("pk", flat=True))


def get_delivery(number: int) -> Delivery:
    """One delivery; DomainError `not_found` (404)."""
    found = Delivery.objects.select_related("endpoint").filter(pk=number).first()
    if found is None:
        raise DomainError("not_found", "There is no such delivery.", status=404)
    return found


def shown_of(delivery: Delivery) -> tuple[str, bool]:
    """Its body as a person can read it, and whether that is only the beginning."""
    return readable(bytes(delivery.raw), SHOWN)


def came_of(delivery: Delivery, zone: str, now: datetime) -> Came:
    """One of them, as in the list."""
    return _came(delivery, leads_of([delivery.pk]).get(delivery.pk, ()), zone, now)
