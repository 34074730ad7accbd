"""What is told of a fact: rooms that have facts register who puts them into a body."""

import json
from collections.abc import Callable, Collection
from datetime import datetime

from leadbridge.kernel.time import utc_text
from leadbridge.outbox.webhooks.models import TEST, WebhookDelivery

Data = dict[str, object]
Teller = Callable[[int], Data | None]
_tellers: dict[str, Teller] = {}


def register_teller(events: Collection[str], teller: Teller) -> None:
    """Say how facts of these events are told; None from a teller: there is nothing to tell."""
    for event in events:
        _tellers[event] = teller


def body_of(delivery: WebhookDelivery) -> str | None:
    """The body as it is signed and sent; None where nothing is left to be told."""
    data: Data | None = {"webhook": delivery.webhook.name}
    if delivery.type != TEST:
        assert delivery.fact is not None, "only a test tells of nothing"
        data = _tellers[delivery.type](delivery.fact)
    return None if data is None else _json(delivery.type, delivery.made_at, data)


def _json(event: str, at: datetime, data: Data) -> str:
    told = {"type": event, "timestamp": utc_text(at), "data": data}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)
