"""The worker's side of the quarantine."""

from celery import shared_task

from leadbridge.kernel.time import now
from leads.intake.quarantine.overdue import tell_overdue


@shared_task(name="leads.intake.quarantine.tasks.tell", ignore_result=True)
def tell() -> None:
    """Tell of what lies past its time."""
    at = now()
    while tell_overdue(now=at):
        pass
