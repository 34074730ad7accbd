"""What is told of a fact: rooms that have facts register who puts them into a body."""

import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.functions import RandomUUID
from django.db import connection, transaction

from leadbridge.kernel.time import utc_text
from leadbridge.outbox.webhooks.models import TEST, WebhookDelivery

log = logging.getLogger(__name__)

LOCK = 0x3EB400D  # of the advisory lock between whoever finds bodies and an erasure
Data = dict[str, object]
Teller = Callable[[int], Data | None]
_tellers: dict[str, Teller] = {}


def register_teller(events: Collection[str], teller: Teller) -> None:
    """Say how facts of these events are told; None from a teller: there is nothing to tell."""
    for event in events:
        _tellers[event] = teller


@dataclass(frozen=True)
class Words:
    """A body as it is signed and sent, and the lead that it names."""

    body: str
    about: int | None = None


def words_for(delivery: WebhookDelivery) -> Words | None:
    """A delivery put into words as things stand now; None where nothing is left to be told."""
    data: Data | None = {"webhook": delivery.webhook.name}
    if delivery.type != TEST:
        assert delivery.fact is not None, "only a test tells of nothing"
        data = _tellers[delivery.type](delivery.fact)
    if data is None:
        return None
    lead = data.get("lead")
    about = lead["id"] if isinstance(lead, dict) else None
    return Words(_json(delivery.type, delivery.made_at, data), about)


def _json(event: str, at: datetime, data: Data) -> str:
    told = {"type": event, "timestamp": utc_text(at), "data": data}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def fix_bodies(deliveries: Sequence[WebhookDelivery]) -> dict[int, str | Exception]:
    """What each of these says under its `webhook-id`, from its first try on: found now where that
    was never tried, and kept before it leaves. A delivery about which nothing is left to be told is
    not in the answer; what is wrong with one stands there in place of its body."""
    with transaction.atomic():
        _keep_out("pg_advisory_xact_lock_shared")
        found: dict[int, str | Exception] = {}
        fresh: list[WebhookDelivery] = []
        for delivery in deliveries:
            if delivery.body:
                found[delivery.pk] = delivery.body
                continue
            try:
                with transaction.atomic():
                    words = words_for(delivery)
            except Exception as error:  # what is wrong with one must not hold up the others
                log.exception("webhook delivery %s cannot be put into words", delivery.key)
                found[delivery.pk] = error
                continue
            if words is not None:
                delivery.body, delivery.about = words.body, words.about
                fresh.append(delivery)
        return found | _kept_first(fresh)


def _kept_first(fresh: Sequence[WebhookDelivery]) -> dict[int, str]:
    """Each with its body; where another worker kept one meanwhile, that one holds."""
    rows = WebhookDelivery.objects.select_for_update(no_key=True).order_by("pk")
    before = dict(rows.filter(pk__in=[one.pk for one in fresh]).values_list("pk", "body"))
    kept = [one for one in fresh if before.get(one.pk) == ""]
    WebhookDelivery.objects.bulk_update(kept, ["body", "about"])
    return {pk: body for pk, body in before.items() if body} | {one.pk: one.body for one in kept}


def forget_bodies(*, about: Collection[int]) -> None:
    """Nothing that was said of these leads is kept or said again: what goes again later has other
    words, and so another `webhook-id`. In the transaction of their erasure."""
    _keep_out("pg_advisory_xact_lock")
    WebhookDelivery.objects.filter(about__in=about).update(body="", about=None, key=RandomUUID())


def _keep_out(lock: str) -> None:
    """Bodies are found beside each other, but never beside an erasure: one that read a lead just
    before would be kept just after."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [LOCK])
