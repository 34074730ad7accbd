"""The worker's side of the figures."""

from celery import shared_task

from leadbridge.kernel.time import now
from sla.reports.proving import prove
from sla.reports.rollups.keeping import keep_days
from sla.reports.rollups.keeping_came import keep_came
from sla.reports.rollups.keeping_handed import keep_handed
from sla.reports.rollups.keeping_took import keep_took


@shared_task(name="sla.reports.tasks.keep", ignore_result=True)
def keep() -> None:
    """Keep the figures of days that are over."""
    at = now()
    keep_days(now=at)
    keep_handed(now=at)
    keep_took(now=at)
    keep_came(now=at)


@shared_task(name="sla.reports.tasks.prove", ignore_result=True)
def prove_ledger() -> None:
    """Keep the proof that every lead is accounted for."""
    prove(now=now())
