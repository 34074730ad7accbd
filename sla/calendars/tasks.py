"""The worker's side of calendars."""

from celery import shared_task

from leadbridge.kernel.time import now
from sla.calendars.actions import extend_years as extend


@shared_task(name="sla.calendars.tasks.extend_years", ignore_result=True)
def extend_years() -> None:
    """Write further years of public holidays out."""
    extend(now=now())
