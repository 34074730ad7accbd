"""The worker's side of the figures."""

from celery import shared_task

from leadbridge.kernel.time import now
from sla.reports.rollups.keeping import keep_days


@shared_task(name="sla.reports.tasks.keep", ignore_result=True)
def keep() -> None:
    """Keep the figures of days that are over."""
    keep_days(now=now())
