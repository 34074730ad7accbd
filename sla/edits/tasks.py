"""The worker's side of an edit."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from sla.clocks.rebuild import is_unfinished, run_rebuilds

log = logging.getLogger(__name__)

SLICE = 5.0  # seconds


@shared_task(name="sla.edits.tasks.rebuild", ignore_result=True)
def rebuild() -> None:
    """Take running clocks over to the calendars that were edited, where somebody asked for it: for
    a few seconds, and then again from the end of the queue, so that no sweep has to wait for it."""
    if run_rebuilds(now=now(), seconds=SLICE) and is_unfinished():
        _wake()


def wake_rebuilds() -> None:
    """Have a worker begin once the asking is committed. Without Redis the next beat does it."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        rebuild.apply_async(retry=False)
    except OperationalError:
        log.warning("no worker could be woken; the rebuild begins with the next beat")
