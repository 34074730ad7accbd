"""Signs of life: when the sweep ran, beat last gave an order, and each worker was last seen."""

from datetime import datetime, timedelta

from sla.clocks.models import Heartbeat

SWEEP, BEAT, WORKER = "sweep", "beat", "worker "
# A worker that did not say good-bye is remembered for so long.
KEPT = timedelta(days=1)


def note_life(name: str, *, now: datetime) -> None:
    """Write down that `name` lives; workers of yesterday are forgotten on the way."""
    Heartbeat.objects.update_or_create(name=name[:100], defaults={"at": now})
    Heartbeat.objects.filter(name__startswith=WORKER, at__lt=now - KEPT).delete()


def forget_life(name: str) -> None:
    """A worker that ends in order leaves no trace."""
    Heartbeat.objects.filter(name=name[:100]).delete()
