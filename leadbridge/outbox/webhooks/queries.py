"""Reading addresses and their deliveries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.kernel.words import due_words
from leadbridge.outbox.webhooks.models import TEST, Webhook, WebhookDelivery

LAST = 100


class State(StrEnum):
    """How far a delivery has come."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    PARKED = "parked"
    DISMISSED = "dismissed"


TONES = {State.DELIVERED: "ok", State.WAITING: "", State.PARKED: "late", State.DISMISSED: ""}
OF_STATE = {
    State.DELIVERED: Q(delivered_at__isnull=False),
    State.WAITING: Q(next_try_at__isnull=False),
    State.PARKED: Q(parked_at__isnull=False),
    State.DISMISSED: Q(dismissed_at__isnull=False),
}


def state_of(delivery: WebhookDelivery) -> State:
    """How far it has come."""
    if delivery.delivered_at is not None:
        return State.DELIVERED
    if delivery.dismissed_at is not None:
        return State.DISMISSED
    return State.PARKED if delivery.parked_at is not None else State.WAITING


def get_webhook(number: int) -> Webhook:
    """One address; DomainError `not_found` (404)."""
    found = Webhook.objects.filter(pk=number).first()
    if found is None:
        raise DomainError("not_found", "There is no such webhook.", status=404)
    return found


def all_webhooks() -> QuerySet[Webhook]:
    """Every address with how much waits, how much was given up, and when it took something last."""
    told = WebhookDelivery.objects.filter(webhook=OuterRef("pk"))
    last = told.filter(OF_STATE[State.DELIVERED]).order_by("-pk").values("delivered_at")
    return Webhook.objects.annotate(
        waiting=_count(told.filter(OF_STATE[State.WAITING])),
        parked=_count(told.filter(OF_STATE[State.PARKED])),
        last_at=Subquery(last[:1]),
    )


def _count(rows: QuerySet[WebhookDelivery]) -> Coalesce:
    """How many, out of the small index of just these rows: most deliveries are long done."""
    counted = rows.order_by().values("webhook").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def deliveries_of(webhook: Webhook, state: State | None = None) -> QuerySet[WebhookDelivery]:
    """What was to be told there, the newest first."""
    rows = webhook.deliveries.order_by("-pk")
    return rows.filter(OF_STATE[state]) if state else rows


@dataclass(frozen=True)
class Line:
    """One delivery in the list."""

    number: int
    key: str
    type: str
    at: str
    when: str
    state: str
    tone: str
    said: str
    replayable: bool
    parked: bool


def lines(webhook: Webhook, state: State | None, zone: str, now: datetime) -> list[Line]:
    """The last deliveries, for somebody who reads times in `zone`."""
    return [_line(row, zone, now) for row in deliveries_of(webhook, state)[:LAST]]


def _line(row: WebhookDelivery, zone: str, now: datetime) -> Line:
    state = state_of(row)
    return Line(
        number=row.pk,
        key=str(row.key),
        type="A test" if row.type == TEST else row.type,
        at=row.made_at.isoformat(),
        when=due_words(local(row.made_at, zone), now),
        state=state.value,
        tone=TONES[state],
        said=_said(row, zone, now),
        replayable=row.next_try_at is None,
        parked=state == State.PARKED,
    )


def _said(row: WebhookDelivery, zone: str, now: datetime) -> str:
    """What came back, how often it was tried, and when it is tried again."""
    parts = []
    if row.attempts:
        parts.append(str(row.status) if row.status else row.answer or "no answer")
    if row.attempts > 1:
        parts.append(f"{row.attempts} tries")
    if row.next_try_at and row.attempts:
        parts.append(f"again {due_words(local(row.next_try_at, zone), now)}")
    return " · ".join(parts)
