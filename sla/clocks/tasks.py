"""The worker's side of the clocks."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from leadbridge.outbox.tasks import deliver
from leads.campaigns.readout_ladder import climb_readouts
from sla.clocks.absence import apply_absences
from sla.clocks.ladder import climb
from sla.clocks.rebuild import is_unfinished, run_rebuilds
from sla.clocks.sweep import sweep as sweep_clocks

log = logging.getLogger(__name__)

SLICE = 5.0  # seconds


@shared_task(name="sla.clocks.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Take the steps that are due, move what they move, and wake the worker that tells it."""
    at = now()
    moved = sweep_clocks(now=at).taken + climb(now=at) + climb_readouts(now=at)
    if moved:
        deliver.delay()


@shared_task(name="sla.clocks.tasks.absences", ignore_result=True)
def absences() -> None:
    """Give on what people hold who are away."""
    apply_absences(now=now())


@shared_task(name="sla.clocks.tasks.rebuild", ignore_result=True)
def rebuild() -> None:
    """Take running clocks over to what was edited, or begin them anew after an outage: for a few
    seconds, and then again from the end of the queue, so that no sweep has to wait for it."""
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
