"""The worker's side of webhooks."""

from celery import shared_task

from leadbridge.kernel.time import now
from leadbridge.outbox.webhooks.sending import send_waiting


@shared_task(name="leadbridge.outbox.webhooks.tasks.send", ignore_result=True)
def send() -> None:
    """Send what waits."""
    send_waiting(now=now())
