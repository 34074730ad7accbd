"""Forgetting what was told long ago, so that the list of deliveries does not grow for good."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import Q

from leadbridge.outbox.webhooks.models import Webhook, WebhookDelivery

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)  # what was taken, or dismissed
KEPT_PARKED = timedelta(days=90)  # what was given up, or waits at an address that is stopped
BATCH = 2_000
RUN = 120.0  # seconds, after which the rest is left to the next night


def clear_old(*, now: datetime, batch: int = BATCH) -> int:
    """Delete what lay its time, a batch a transaction; how many. What waits at an address that is
    called stays, however old. Any number of workers at once, and whenever one is killed."""
    over, count = monotonic() + RUN, 0
    old = WebhookDelivery.objects.filter(_lay_its_time(now))
    while monotonic() < over:
        # No index serves this one question a night: each would cost every delivery of the day.
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:batch])
        if not ids:
            break
        # Asked again by the deletion: somebody may have let one go again meanwhile.
        count += old.filter(pk__in=ids).delete()[0]
    if count:
        log.info("cleared %d deliveries of webhooks", count)
    return count


def _lay_its_time(now: datetime) -> Q:
    """Conditions on the row alone, so that a deletion that waited for a row asks them anew."""
    long_ago = now - KEPT_PARKED
    stopped = list(Webhook.objects.filter(stopped_at__lt=long_ago).values_list("pk", flat=True))
    done = Q(delivered_at__lt=now - KEPT) | Q(dismissed_at__lt=now - KEPT)
    waits = Q(next_try_at__isnull=False, made_at__lt=long_ago, webhook__in=stopped)
    return done | Q(parked_at__lt=long_ago) | waits
