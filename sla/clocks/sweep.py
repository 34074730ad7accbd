"""The sweep: find clocks that fell due, mark them, tell it. Any number of workers at once.

One statement claims a batch in order of need, marks it and writes its events and messages; so a
worker that dies in the middle leaves nothing half done, and two workers never meet on a row. What
it costs when nothing is due does not depend on how many clocks run: only rows with a `next_at` are
in the index it reads.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, OperationalError, connection, transaction

from sla.clocks.models import Clock, Heartbeat

log = logging.getLogger(__name__)

BATCH = 1000

# `claimed` takes only what can be marked, else a batch of the rest would come up for ever; `marked`
# repeats the condition under the lock, so a clock stopped in between is left alone. The message key
# names clock, step and receiver: said once, whatever is repeated.
_MARK = """
    WITH claimed AS (
        SELECT id FROM sla_clock
        WHERE next_at < %(now)s AND due_at < %(now)s AND (%(only)s IS NULL OR id = %(only)s)
        ORDER BY next_at, id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE sla_clock AS clock
        SET breached_at = clock.due_at, detected_at = %(now)s, next_at = NULL
        FROM claimed
        WHERE clock.id = claimed.id AND clock.stopped_at IS NULL AND clock.void_at IS NULL
            AND clock.detected_at IS NULL AND clock.due_at < %(now)s
        RETURNING clock.id, clock.lead_id, clock.kind, clock.holder_id, clock.team_id, clock.due_at
    ), told AS (
        INSERT INTO leads_event (lead_id, at, action, actor_id, from_stage, to_stage, data)
        SELECT marked.lead_id, %(now)s, 'breach', NULL, '', '', jsonb_build_object(
            'clock', marked.id, 'kind', marked.kind, 'due_at', marked.due_at,
            'holder', marked.holder_id, 'manager', team.manager_id)
        FROM marked JOIN people_team AS team ON team.id = marked.team_id
    ), posted AS (
        INSERT INTO outbox_message
            (key, kind, recipient_id, data, created_at, next_try_at, attempts, error)
        SELECT 'clock-' || marked.id || '-breached-' || receiver.id, 'clock.breached', receiver.id,
            jsonb_build_object('clock', marked.id, 'lead', marked.lead_id),
            %(now)s, %(now)s, 0, ''
        FROM marked JOIN people_team AS team ON team.id = marked.team_id
        JOIN people_user AS receiver ON receiver.id IN (marked.holder_id, team.manager_id)
        ON CONFLICT (key) DO NOTHING
    )
    SELECT count(*), (SELECT count(*) FROM claimed) FROM marked
"""


@dataclass(frozen=True)
class Swept:
    """What a sweep did: clocks marked as breached, and those set aside because they failed."""

    breached: int
    set_aside: int


def sweep(*, now: datetime, batch: int = BATCH) -> Swept:
    """Mark every clock that is past due at `now`, and write down that the sweep ran."""
    began = time.monotonic()
    breached = set_aside = 0
    while True:
        try:
            marked, claimed = _mark(now, batch)
        except OperationalError:
            raise  # the database went away, or a deadlock: no row's fault; the next sweep goes on
        except DatabaseError:
            log.exception("a batch of the sweep failed; its clocks are tried one by one")
            marked, failed = _one_by_one(now, batch)
            set_aside += failed
            claimed = marked + failed  # none: another worker has them all
        breached += marked
        if claimed < batch:
            break
    Heartbeat.objects.update_or_create(
        name="sweep", defaults={"at": now, "took_ms": round((time.monotonic() - began) * 1000)}
    )
    return Swept(breached, set_aside)


def due_now(*, now: datetime) -> int:
    """How many clocks a sweep at `now` would look at."""
    return Clock.objects.filter(next_at__lt=now).count()


def _mark(now: datetime, batch: int, only: int | None = None) -> tuple[int, int]:
    """Mark a batch, or one clock `only`; how many were marked, and how many were looked at."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK, {"now": now, "batch": batch, "only": only})
        marked, claimed = cursor.fetchone()
    return marked, claimed


def _one_by_one(now: datetime, batch: int) -> tuple[int, int]:
    """Find the rows that spoil a batch: they are set aside with their error, the others go on."""
    marked = failed = 0
    waiting = Clock.objects.filter(next_at__lt=now).order_by("next_at", "pk")
    for clock_id in list(waiting.values_list("pk", flat=True)[:batch]):
        try:
            marked += _mark(now, 1, only=clock_id)[0]
        except OperationalError:
            raise
        except DatabaseError as error:
            failed += _set_aside(clock_id, error, now)
    return marked, failed


def _set_aside(clock_id: int, error: Exception, now: datetime) -> int:
    log.error("clock %s is set aside: %s", clock_id, error)
    return Clock.objects.filter(pk=clock_id, next_at__isnull=False).update(
        next_at=None, set_aside_at=now, error=str(error)[:500]
    )
