"""The sweep over a million open clocks: idle, and with ten thousand due."""

from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

from django.db import connection, transaction

from leadbridge.kernel.time import now
from sla.clocks.models import Clock
from sla.clocks.sweep import BATCH, sweep

DUE = 10_000
ROUNDS = 3
Figure = tuple[str, float, str]

# The smallest honest sweep: the same rows, the columns it needs, the same three writes.
_BARE = """
    CREATE TABLE bare_clock AS SELECT id, lead_id, holder_id, due_at, next_at,
        NULL::timestamptz AS breached_at, NULL::timestamptz AS detected_at FROM sla_clock;
    ALTER TABLE bare_clock ADD PRIMARY KEY (id);
    CREATE INDEX ON bare_clock (next_at, id) WHERE next_at IS NOT NULL;
    CREATE TABLE bare_told (id bigserial PRIMARY KEY, lead_id bigint, at timestamptz, data jsonb);
    CREATE TABLE bare_message (id bigserial PRIMARY KEY, key text UNIQUE, receiver bigint);
    ANALYZE bare_clock;
"""
_BARE_SWEEP = """
    WITH marked AS (
        UPDATE bare_clock SET breached_at = due_at, detected_at = %(now)s, next_at = NULL
        WHERE id IN (
            SELECT id FROM bare_clock WHERE next_at < %(now)s
            ORDER BY next_at, id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED
        ) RETURNING id, lead_id, holder_id, due_at
    ), told AS (
        INSERT INTO bare_told (lead_id, at, data)
        SELECT lead_id, %(now)s, jsonb_build_object('clock', id, 'due_at', due_at) FROM marked
    ), posted AS (
        INSERT INTO bare_message (key, receiver)
        SELECT id || '-' || receiver, receiver FROM marked, unnest(ARRAY[holder_id, 1]) AS receiver
        ON CONFLICT DO NOTHING
    ) SELECT count(*) FROM marked
"""


def run() -> list[Figure]:
    """Idle in milliseconds, with clocks due in clocks a second; ratios to the bare one."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute(_BARE)
    at = now()
    idle = 1000 * median(_timed(lambda: sweep(now=at)) for _ in range(15))
    bare_idle = 1000 * median(_timed(lambda: _bare_sweep(at)) for _ in range(15))
    ours, bare = [], []
    for number in range(ROUNDS):
        _make_due("sla_clock", at, number)
        _make_due("bare_clock", at, number)
        bare.append(_timed(lambda: _bare_sweep(at)))
        ours.append(_timed(lambda: sweep(now=at)))
    assert Clock.objects.filter(breached_at__isnull=False).count() == DUE * ROUNDS
    rate, limit = DUE / min(ours), DUE / min(bare)
    return [
        ("sweep_open_clocks", Clock.objects.filter(next_at__isnull=False).count(), "clocks"),
        ("sweep_idle", idle, "ms"),
        ("sweep_idle_limit", bare_idle, "ms"),
        ("sweep_idle_ratio", idle / bare_idle, "x"),
        ("sweep_due", rate, "clocks/s"),
        ("sweep_due_limit", limit, "clocks/s"),
        ("sweep_due_ratio", limit / rate, "x"),
    ]


def _timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def _bare_sweep(at: datetime) -> None:
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BARE_SWEEP, {"now": at, "batch": BATCH})
            if cursor.fetchone()[0] < BATCH:
                return


def _make_due(table: str, at: datetime, number: int) -> None:
    """Let ten thousand clocks, spread over the whole table, have been due a while ago."""
    due = at - timedelta(hours=1)
    wide = ", started_at = %(due)s, at_risk_at = %(due)s" if table == "sla_clock" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE next_at IS NOT NULL")
        every = int(cursor.fetchone()[0]) // DUE - 5  # numbers have gaps
        cursor.execute(
            f"UPDATE {table} SET due_at = %(due)s, next_at = %(due)s{wide} WHERE id IN (SELECT id "
            f"FROM {table} WHERE next_at IS NOT NULL AND id %% {every} = {number} "
            f"LIMIT {DUE})",
            {"due": due},
        )
        assert cursor.rowcount == DUE, cursor.rowcount
        cursor.execute(f"VACUUM ANALYZE {table}")
