# ruff: noqa: S608  # statements are put together from words of this file alone
"""The sweep: take every step that a clock's ladder has come to, and tell it. Any number of workers
at once.

One statement claims a batch in order of need, moves each clock on by one step and writes steps and
events; a second one, in the same transaction, writes what its receivers are told. So a worker that
dies in the middle leaves nothing half done, and two workers never meet on a row. What it costs when
nothing is due does not depend on how many clocks run: only rows with a `next_at` are in the index
it reads. Steps that move a lead wait as `pending` for `ladder`, which locks leads.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from sla.agreement.ladder import REMIND, TELL
from sla.clocks.hours import next_working_instants
from sla.clocks.models import Clock, Heartbeat

log = logging.getLogger(__name__)

BATCH = 1000

# Whose promise it is: the holder's and their manager's; but a dispute is ruled on by the managers
# of both teams, whoever holds the lead. Asked of those few clocks only.
_ANSWERS = """
    CASE WHEN clock.side = 'both' THEN (
        SELECT sales.manager_id FROM leads_custody AS link
        JOIN people_team AS sales ON sales.id = link.team_id AND sales.side = 'sales'
        WHERE link.lead_id = clock.lead_id ORDER BY link.id DESC LIMIT 1
    ) ELSE clock.holder_id END
"""

# The row lock of `claimed` reads a clock afresh, so its step is the one that is still to come.
_TAKE = f"""
    WITH claimed AS (
        SELECT id, steps[1] AS step, step_times[1] AS step_at FROM sla_clock
        WHERE next_at < %(now)s AND (%(only)s IS NULL OR id = %(only)s)
        ORDER BY next_at, id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE sla_clock AS clock
        SET steps = clock.steps[2:], step_times = clock.step_times[2:],
            next_at = clock.step_times[2],
            breached_at = CASE claimed.step WHEN 'tell' THEN clock.due_at
                ELSE clock.breached_at END,
            detected_at = CASE claimed.step WHEN 'tell' THEN %(now)s
                ELSE clock.detected_at END
        FROM claimed
        WHERE clock.id = claimed.id AND clock.stopped_at IS NULL AND clock.void_at IS NULL
        RETURNING clock.id, clock.lead_id, clock.kind, {_ANSWERS} AS holder_id, clock.team_id,
            clock.due_at, claimed.step, claimed.step_at
    ), stepped AS (
        INSERT INTO sla_clockstep (clock_id, step, due_at, at, state, outcome)
        SELECT id, step, step_at, %(now)s,
            CASE WHEN step IN ('remind', 'tell') THEN 'done' ELSE 'pending' END, ''
        FROM taken
        -- An edit of a calendar can put off a miss that was told: when it falls due again it is
        -- marked again, while its receivers hear nothing twice.
        ON CONFLICT (clock_id, step) DO UPDATE
        SET due_at = excluded.due_at, at = excluded.at, state = excluded.state, outcome = ''
    ), told AS (
        INSERT INTO leads_event (lead_id, at, action, actor_id, from_stage, to_stage, data)
        SELECT taken.lead_id, %(now)s,
            CASE taken.step WHEN 'tell' THEN 'breach' ELSE 'remind' END, NULL, '', '',
            jsonb_build_object('clock', taken.id, 'kind', taken.kind, 'due_at', taken.due_at,
                'holder', taken.holder_id, 'manager', team.manager_id)
        FROM taken JOIN people_team AS team ON team.id = taken.team_id
        WHERE taken.step IN ('remind', 'tell')
    )
    SELECT taken.id, taken.step, taken.holder_id, team.manager_id
    FROM taken JOIN people_team AS team ON team.id = taken.team_id
"""

# A reminder goes to the holder (the manager, where nobody holds the lead), a miss to both, and all
# about a dispute to both managers; a step that moves the lead is told by whoever carries it out.
# The key names clock, step and receiver: said once, whatever is repeated.
_POST = f"""
    INSERT INTO outbox_message
        (key, kind, recipient_id, data, created_at, next_try_at, attempts, error)
    SELECT 'clock-' || clock.id || '-' || said.word || '-' || receiver.id,
        'clock.' || said.word, receiver.id,
        jsonb_build_object('clock', clock.id, 'lead', clock.lead_id, 'kind', clock.kind,
            'step', said.step, 'due_at', clock.due_at),
        %(now)s, known.works_at, 0, ''
    FROM unnest(%(clocks)s::bigint[], %(steps)s::text[]) AS taken (id, step)
    JOIN (VALUES ('remind', 'at_risk'), ('tell', 'breached')) AS said (step, word)
        ON said.step = taken.step
    JOIN sla_clock AS clock ON clock.id = taken.id
    JOIN people_team AS team ON team.id = clock.team_id
    CROSS JOIN LATERAL (SELECT {_ANSWERS} AS holder_id) AS answers
    CROSS JOIN LATERAL (VALUES
        (COALESCE(answers.holder_id, team.manager_id)),
        (CASE WHEN (said.step = 'tell' OR clock.side = 'both')
            AND answers.holder_id <> team.manager_id THEN team.manager_id END)) AS receiver (id)
    JOIN unnest(%(people)s::bigint[], %(instants)s::timestamptz[]) AS known (id, works_at)
        ON known.id = receiver.id
    ON CONFLICT (key) DO NOTHING
"""
TOLD = (REMIND, TELL)


class Taken(NamedTuple):
    """A clock that was moved on by one step, and who answers for it."""

    clock_id: int
    step: str
    holder_id: int | None
    manager_id: int


@dataclass(frozen=True)
class Swept:
    """What a sweep did: steps it took, those of them that were breaches or wait for a lead to be
    moved, and clocks set aside because they failed."""

    taken: int = 0
    breached: int = 0
    pending: int = 0
    set_aside: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.taken + other.taken,
            self.breached + other.breached,
            self.pending + other.pending,
            self.set_aside + other.set_aside,
        )


class Receivers:
    """When each receiver works again, asked once for all that one sweep has to tell."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._known: dict[int, datetime] = {}

    def of(self, people: set[int]) -> Mapping[int, datetime]:
        """The instants at which these people may be told."""
        if new := people - self._known.keys():
            self._known |= next_working_instants(new, self.now)
        return {user_id: self._known[user_id] for user_id in people}


def sweep(*, now: datetime, batch: int = BATCH) -> Swept:
    """Take every step that is due at `now`, and write down that the sweep ran."""
    began = time.monotonic()
    done, receivers = Swept(), Receivers(now)
    while True:
        try:
            swept = _take(now, batch, receivers)
        except OperationalError:
            raise  # the database went away, or a deadlock: no row's fault; the next sweep goes on
        except DatabaseError:
            log.exception("a batch of the sweep failed; its clocks are tried one by one")
            swept = _one_by_one(now, batch, receivers)
        done += swept
        if not (swept.taken or swept.set_aside):  # nothing more, or another worker has it
            break
    Heartbeat.objects.update_or_create(
        name="sweep", defaults={"at": now, "took_ms": round((time.monotonic() - began) * 1000)}
    )
    return done


def due_now(*, now: datetime) -> int:
    """How many clocks a sweep at `now` would look at."""
    return Clock.objects.filter(next_at__lt=now).count()


def _take(now: datetime, batch: int, receivers: Receivers, only: int | None = None) -> Swept:
    """Take one step of each clock of a batch, or of one clock `only`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "batch": batch, "only": only})
        taken = [Taken(*row) for row in cursor.fetchall()]
        _post(cursor, taken, receivers, now)
    breached = sum(one.step == TELL for one in taken)
    return Swept(len(taken), breached, sum(one.step not in TOLD for one in taken))


def _post(
    cursor: CursorWrapper, taken: Sequence[Taken], works_at: Receivers, now: datetime
) -> None:
    """Write what the receivers of these steps are told, each for when they work."""
    said = [one for one in taken if one.step in TOLD]
    if not said:
        return
    people = {user_id for one in said for user_id in (one.holder_id, one.manager_id) if user_id}
    instants = works_at.of(people)
    cursor.execute(_POST, {
        "now": now,
        "clocks": [one.clock_id for one in said],
        "steps": [one.step for one in said],
        "people": list(instants),
        "instants": list(instants.values()),
    })  # fmt: skip


def _one_by_one(now: datetime, batch: int, receivers: Receivers) -> Swept:
    """Find the rows that spoil a batch: they are set aside with their error, the others go on."""
    done = Swept()
    waiting = Clock.objects.filter(next_at__lt=now).order_by("next_at", "pk")
    for clock_id in list(waiting.values_list("pk", flat=True)[:batch]):
        try:
            done += _take(now, 1, receivers, only=clock_id)
        except OperationalError:
            raise
        except DatabaseError as error:
            done += Swept(set_aside=_set_aside(clock_id, error, now))
    return done


def keep_error(clock_id: int, error: Exception, now: datetime) -> None:
    """Note on a clock what went wrong with it, for the status page; its later steps go on."""
    Clock.objects.filter(pk=clock_id).update(set_aside_at=now, error=str(error)[:500])


def _set_aside(clock_id: int, error: Exception, now: datetime) -> int:
    log.error("clock %s is set aside: %s", clock_id, error)
    return Clock.objects.filter(pk=clock_id, next_at__isnull=False).update(
        next_at=None, set_aside_at=now, error=str(error)[:500]
    )
