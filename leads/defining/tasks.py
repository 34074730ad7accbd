"""The worker's side of the definition."""

from celery import shared_task

from leadbridge.kernel.time import now
from leadbridge.outbox.reviews import remind_of_review
from leadbridge.people.documents import bring_into_force
from leads.defining.life import DEFINITION


@shared_task(name="leads.defining.tasks.keep", ignore_result=True)
def keep() -> None:
    """Put a signed version into force when its day comes, and remind of the day of review."""
    instant = now()
    bring_into_force(DEFINITION, now=instant)
    remind_of_review(DEFINITION, now=instant)
