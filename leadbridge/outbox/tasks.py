"""The worker's side of the outbox."""

from celery import shared_task

from leadbridge.kernel.time import now
from leadbridge.outbox.delivery import deliver_waiting


@shared_task(name="leadbridge.outbox.tasks.deliver", ignore_result=True)
def deliver() -> None:
    """Send what waits."""
    deliver_waiting(now=now())
