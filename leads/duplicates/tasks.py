"""What workers do: look for pairs that look alike."""

from celery import shared_task

from leadbridge.kernel.time import now
from leads.duplicates.finding import look_out


@shared_task(name="leads.duplicates.tasks.find_duplicates", ignore_result=True)
def find_duplicates() -> None:
    """Look at the leads that came lately."""
    look_out(now=now())
