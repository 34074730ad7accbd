"""The sweep over a million running clocks: idle, and with ten thousand due."""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

Figure = tuple[str, float, str]
DUE = 10_000

# The smallest honest program: claim, mark, an event and two messages each, in narrow tables.
RAW_TABLES = """
DROP TABLE IF EXISTS raw_clock, raw_event, raw_message;
CREATE TABLE raw_clock (id bigserial PRIMARY KEY, lead bigint, due_at timestamptz,
    breached_at timestamptz, next_at timestamptz);
CREATE TABLE raw_event (id bigserial PRIMARY KEY, lead bigint, at timestamptz, data jsonb);
CREATE TABLE raw_message (id bigserial PRIMARY KEY, key text UNIQUE, data jsonb,
    next_at timestamptz);
INSERT INTO raw_clock (lead, due_at, next_at)
    SELECT g, now() + interval '2 days' + g * interval '1 second',
        now() + interval '2 days' + g * interval '1 second' FROM generate_series(1, 1000000) g;
CREATE INDEX raw_clock_next ON raw_clock (next_at, id) WHERE next_at IS NOT NULL;
ANALYZE raw_clock;
"""
RAW_SWEEP = """
WITH claimed AS (
    SELECT id FROM raw_clock WHERE next_at < %(now)s ORDER BY next_at, id LIMIT 1000
    FOR NO KEY UPDATE SKIP LOCKED
), marked AS (
    UPDATE raw_clock SET breached_at = due_at, next_at = NULL FROM claimed
    WHERE raw_clock.id = claimed.id RETURNING raw_clock.id, lead
), told AS (
    INSERT INTO raw_event (lead, at, data) SELECT lead, %(now)s, '{}' FROM marked
), posted AS (
    INSERT INTO raw_message (key, data, next_at)
    SELECT id || '-' || who, '{}', %(now)s FROM marked, (VALUES (1), (2)) AS receivers (who)
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM marked
"""


def run() -> list[Figure]:
    """Milliseconds of an idle sweep; clocks a second when ten thousand are due; both ratios."""
    from sla.clocks.sweep import sweep

    with connection.cursor() as cursor:
        cursor.execute(RAW_TABLES)
    now = timezone.now()
    idle, raw_idle = _median(lambda: sweep(now=now)), _median(lambda: _raw(now))
    later = now + timedelta(days=2, seconds=DUE - 60)
    began = time.perf_counter()
    marked = sweep(now=later).breached
    ours = marked / (time.perf_counter() - began)
    began = time.perf_counter()
    raw_marked = _raw(later)
    raw = raw_marked / (time.perf_counter() - began)
    assert marked > DUE * 0.9, f"only {marked} were due"
    return [
        ("sweep_idle", 1000 * idle, "ms"),
        ("sweep_idle_ratio", idle / raw_idle, "x"),
        ("sweep_due", ours, "clocks/s"),
        ("sweep_due_limit", raw, "clocks/s"),
        ("sweep_due_ratio", raw / ours, "x"),
    ]


def _raw(now: datetime) -> int:
    marked = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(RAW_SWEEP, {"now": now})
            count = int(cursor.fetchone()[0])
            marked += count
            if count < 1000:
                return marked


def _median(work: object, times: int = 21) -> float:
    assert callable(work)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[times // 2]
