"""The worker's side of the figures."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from sla.reports.proving import prove
from sla.reports.rollups.keeping import keep_days
from sla.reports.rollups.keeping_came import keep_came
from sla.reports.rollups.keeping_handed import keep_handed
from sla.reports.rollups.keeping_took import keep_took
from sla.reports.rollups.recounting import go_on
from sla.reports.rollups.stages import keep_moves

log = logging.getLogger(__name__)

SLICE = 5.0  # seconds


@shared_task(name="sla.reports.tasks.keep", ignore_result=True)
def keep() -> None:
    """Keep the figures of days that are over."""
    at = now()
    keep_days(now=at)
    keep_handed(now=at)
    keep_took(now=at)
    keep_came(now=at)
    keep_moves(now=at)


@shared_task(name="sla.reports.tasks.prove", ignore_result=True)
def prove_ledger() -> None:
    """Keep the proof that every lead is accounted for."""
    prove(now=now())


@shared_task(name="sla.reports.tasks.recount", ignore_result=True)
def recount() -> None:
    """Count kept days again where somebody asked for it: for a few seconds, and then again from the
    end of the queue, so that no sweep has to wait for it."""
    if go_on(now=now(), seconds=SLICE):
        _wake()


def wake_recount() -> None:
    """Have a worker begin once the asking is committed. Without Redis the next beat does it."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        recount.apply_async(retry=False)
    except OperationalError:
        log.warning("no worker could be woken; the recount begins with the next beat")
