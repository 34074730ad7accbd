"""The worker's side of what-if."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from sla.reports.whatif import actions

log = logging.getLogger(__name__)


@shared_task(name="sla.reports.whatif.tasks.whatifs", ignore_result=True)
def whatifs() -> None:
    """Do what waits, the oldest first; also what a lost or killed run left."""
    for whatif_id in actions.waiting_whatifs():
        actions.run_whatif(whatif_id=whatif_id, now=now())


def wake_whatifs() -> None:
    """Have a worker begin once the asking is committed. Without Redis the next beat does it."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        whatifs.apply_async(retry=False)
    except OperationalError:
        log.warning("no worker could be woken; the what-if begins with the next beat")
