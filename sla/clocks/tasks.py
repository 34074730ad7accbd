"""The worker's side of the clocks."""

from celery import shared_task

from leadbridge.kernel.time import now
from leadbridge.outbox.tasks import deliver
from sla.clocks.absence import apply_absences
from sla.clocks.ladder import climb
from sla.clocks.sweep import sweep as sweep_clocks


@shared_task(name="sla.clocks.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Take the steps that are due, move what they move, and wake the worker that tells it."""
    at = now()
    moved = sweep_clocks(now=at).taken + climb(now=at)
    if moved:
        deliver.delay()


@shared_task(name="sla.clocks.tasks.absences", ignore_result=True)
def absences() -> None:
    """Give on what people hold who are away."""
    apply_absences(now=now())
