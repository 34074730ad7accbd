"""The worker's side of the agreement."""

from celery import shared_task

from leadbridge.kernel.time import now
from leadbridge.outbox.reviews import remind_of_review
from leadbridge.people.documents import bring_into_force
from sla.agreement.life import AGREEMENT


@shared_task(name="sla.agreement.tasks.keep", ignore_result=True)
def keep() -> None:
    """Put a signed version into force when its day comes, and remind of the day of review."""
    instant = now()
    bring_into_force(AGREEMENT, now=instant)
    remind_of_review(AGREEMENT, now=instant)
