"""The worker's side of the scorecard."""

from celery import shared_task

from leadbridge.kernel.time import now
from sla.reports.scorecard.mail import write_weekly


@shared_task(name="sla.reports.scorecard.tasks.weekly", ignore_result=True)
def weekly() -> None:
    """Write the scorecard of the week that is over to both heads."""
    write_weekly(now=now())
