"""The worker's side of the handoff: what leavers held is given on."""

from celery import shared_task

from leadbridge.kernel.time import now
from leads.handoff import leavers


@shared_task(name="leads.handoff.tasks.finish_departure", ignore_result=True)
def finish_departure(departure_id: int) -> None:
    """Give on all that one leaver held."""
    leavers.finish_departure(departure_id=departure_id, now=now())


@shared_task(name="leads.handoff.tasks.finish_departures", ignore_result=True)
def finish_departures() -> None:
    """The same for whatever a lost or killed task left."""
    for departure_id in leavers.unfinished_departures():
        leavers.finish_departure(departure_id=departure_id, now=now())
