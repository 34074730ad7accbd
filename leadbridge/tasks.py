"""Signs of life of workers and of beat, written to the database from their own main processes.

Not asked for with `inspect`: that is slow, and silent just when Redis is what fails.
"""

import logging
from socket import gethostname
from time import monotonic

from celery import signals
from django.db import Error, close_old_connections

from leadbridge.kernel.time import now
from sla.clocks.heartbeats import BEAT, WORKER, forget_life, note_life

log = logging.getLogger(__name__)

EVERY_SECONDS = 10
_last: dict[str, float] = {}


def _live(name: str) -> None:
    """At most every few seconds; a database that is away must not end a worker."""
    if monotonic() - _last.get(name, -EVERY_SECONDS) < EVERY_SECONDS:
        return
    _last[name] = monotonic()
    try:
        close_old_connections()
        note_life(name, now=now())
    except Error as error:
        log.warning("no sign of life could be written: %s", error)


def worker_lives(sender: object = None, **_: object) -> None:
    """Celery's own heartbeat, every two seconds."""
    _live(_name_of(sender))


def worker_ends(sender: object = None, **_: object) -> None:
    """A worker that was asked to end."""
    try:
        forget_life(_name_of(sender))
    except Error as error:
        log.warning("no good-bye could be written: %s", error)


def beat_begins(**_: object) -> None:
    """In the process of beat each order that reached Redis is a sign of life."""
    signals.after_task_publish.connect(beat_lives, weak=False)


def beat_lives(**_: object) -> None:
    """Beat gave an order."""
    _live(BEAT)


def _name_of(sender: object) -> str:
    """The worker's own name: its heart knows it by its post, the worker itself by heart."""
    named = getattr(sender, "eventer", sender)
    return f"{WORKER}{getattr(named, 'hostname', None) or f'celery@{gethostname()}'}"


signals.heartbeat_sent.connect(worker_lives, weak=False)
signals.worker_shutdown.connect(worker_ends, weak=False)
signals.beat_init.connect(beat_begins, weak=False)
