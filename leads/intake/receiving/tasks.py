"""The worker's side of deliveries."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from leads.intake.receiving.working import read_delivery, waiting_deliveries

log = logging.getLogger(__name__)


@shared_task(name="leads.intake.receiving.tasks.deliveries", ignore_result=True)
def deliveries() -> None:
    """Read what waits, the oldest first; also what a lost or killed run left."""
    for delivery_id in waiting_deliveries():
        read_delivery(delivery_id=delivery_id, now=now())


def wake_deliveries() -> None:
    """Have a worker begin once the delivery is committed. Without Redis the next beat does it."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        deliveries.apply_async(retry=False)
    except OperationalError:
        log.warning("no worker could be woken; the delivery is read with the next beat")
