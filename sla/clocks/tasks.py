"""The worker's side of the clocks."""

from celery import shared_task

from leadbridge.kernel.time import now
from leadbridge.outbox.tasks import deliver
from sla.clocks.absence import apply_absences
from sla.clocks.sweep import sweep as sweep_clocks


@shared_task(name="sla.clocks.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Mark what fell due, and wake the worker that tells it."""
    if sweep_clocks(now=now()).breached:
        deliver.delay()


@shared_task(name="sla.clocks.tasks.absences", ignore_result=True)
def absences() -> None:
    """Give on what people hold who are away."""
    apply_absences(now=now())
