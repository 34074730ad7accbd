"""The worker's side of backtests and of reports over a long past."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from leads.trials import actions, reports

log = logging.getLogger(__name__)


@shared_task(name="leads.trials.tasks.backtests", ignore_result=True)
def backtests() -> None:
    """Do what waits, the oldest first; also what a lost or killed run left."""
    for backtest_id in actions.waiting_backtests():
        actions.run_backtest(backtest_id=backtest_id, now=now())
    for run_id in reports.waiting_reports():
        reports.run_report(run_id=run_id, now=now())


def wake_backtests() -> None:
    """Have a worker begin once the asking is committed. Without Redis the next beat does it."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        backtests.apply_async(retry=False)
    except OperationalError:
        log.warning("no worker could be woken; the backtest begins with the next beat")
