"""The sweep over a million running clocks: idle, and with a hundred thousand due at once."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

Figure = tuple[str, float, str]
DUE = 100_000
WORKERS = 2
LAGGING = 3  # sweeps in a row, each after what fell due in one interval
# As many clocks an interval as the busiest organisation has: one each millisecond.
PER_SECOND = 1_000

# The smallest honest program: claim, mark, a step, an event and two messages, in narrow tables.
RAW_TABLES = """
DROP TABLE IF EXISTS raw_clock, raw_step, raw_event, raw_message;
CREATE TABLE raw_clock (id bigserial PRIMARY KEY, lead bigint, due_at timestamptz,
    breached_at timestamptz, next_at timestamptz);
CREATE TABLE raw_step (id bigserial PRIMARY KEY, clock bigint, step text, at timestamptz,
    UNIQUE (clock, step));
CREATE TABLE raw_event (id bigserial PRIMARY KEY, lead bigint, at timestamptz, data jsonb);
CREATE TABLE raw_message (id bigserial PRIMARY KEY, key text UNIQUE, data jsonb,
    next_at timestamptz);
INSERT INTO raw_clock (lead, due_at, next_at)
    SELECT g, now() + interval '2 days' + g * interval '1 second',
        now() + interval '2 days' + g * interval '1 second' FROM generate_series(1, 1000000) g;
CREATE INDEX raw_clock_next ON raw_clock (next_at, id) WHERE next_at IS NOT NULL;
VACUUM ANALYZE raw_clock;
"""
RAW_SWEEP = """
WITH claimed AS (
    SELECT id FROM raw_clock WHERE next_at < %(now)s ORDER BY next_at, id LIMIT 1000
    FOR NO KEY UPDATE SKIP LOCKED
), marked AS (
    UPDATE raw_clock SET breached_at = due_at, next_at = due_at + interval '90 days' FROM claimed
    WHERE raw_clock.id = claimed.id RETURNING raw_clock.id, lead
), stepped AS (
    INSERT INTO raw_step (clock, step, at) SELECT id, 'tell', %(now)s FROM marked
), told AS (
    INSERT INTO raw_event (lead, at, data) SELECT lead, %(now)s, '{}' FROM marked
), posted AS (
    INSERT INTO raw_message (key, data, next_at)
    SELECT id || '-' || who, '{}', %(now)s FROM marked, (VALUES (1), (2)) AS receivers (who)
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM marked
"""
ONE_WORKER = """
import django, json, sys, time
django.setup()
from datetime import datetime
from django.db import connection
from sla.clocks.sweep import sweep
connection.ensure_connection()
print("ready", flush=True)
now = datetime.fromisoformat(sys.stdin.readline().strip())
began = time.time()
print(json.dumps({"taken": sweep(now=now).taken, "began": began, "ended": time.time()}))
"""


def run() -> list[Figure]:
    """Milliseconds of an idle sweep; steps a second with 100,000 due, by one worker and by two;
    the ratios to plain SQL; and the lag of what falls due all the time."""
    with connection.cursor() as cursor:
        for statement in RAW_TABLES.split(";"):
            if statement.strip():
                cursor.execute(statement)
    from sla.clocks.sweep import sweep

    now = timezone.now()
    idle, raw_idle = _median(lambda: sweep(now=now)), _median(lambda: _raw(now))
    begins = now + timedelta(days=2)
    ours = _rate(lambda: sweep(now=begins + timedelta(seconds=DUE)).taken)
    raw = _rate(lambda: _raw(begins + timedelta(seconds=DUE)))
    together = _together(begins + timedelta(seconds=2 * DUE))
    return [
        ("sweep_idle", 1000 * idle, "ms"),
        ("sweep_idle_ratio", idle / raw_idle, "x"),
        ("sweep_due", ours, "clocks/s"),
        ("sweep_due_limit", raw, "clocks/s"),
        ("sweep_due_ratio", raw / ours, "x"),
        ("sweep_due_two_workers", together, "clocks/s"),
        ("sweep_lag_p99", _lag(), "s"),
    ]


def _rate(work: Callable[[], int]) -> float:
    began = time.perf_counter()
    done = work()
    assert done > DUE * 0.9, f"only {done} were due"
    return done / (time.perf_counter() - began)


def _raw(now: datetime) -> int:
    marked = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(RAW_SWEEP, {"now": now})
            count = int(cursor.fetchone()[0])
            marked += count
            if count < 1000:
                return marked


def _together(now: datetime) -> float:
    """Steps a second of two workers that begin at the same moment."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_WORKER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(WORKERS)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(now.isoformat() + "\n")
        worker.stdin.flush()
    told = [json.loads(worker.communicate()[0]) for worker in workers]
    taken = sum(one["taken"] for one in told)
    assert taken > DUE * 0.9, f"only {taken} were due"
    assert min(one["taken"] for one in told) > DUE * 0.1, "one worker did all of it"
    return float(taken / (max(one["ended"] for one in told) - min(one["began"] for one in told)))


def _lag() -> float:
    """Seconds from due to told, at most, for 99 of 100 clocks, where a thousand fall due each
    second and a sweep runs once an interval. Counted to the end of the sweep."""
    from django.conf import settings

    from sla.clocks.models import Clock
    from sla.clocks.sweep import sweep

    start = timezone.now()
    wanted = int(LAGGING * settings.SWEEP_SECONDS * PER_SECOND)
    with connection.cursor() as cursor:
        cursor.execute(_FALLING_DUE, {"start": start, "wanted": wanted, "rate": PER_SECOND})
    lags: list[float] = []
    for interval in range(1, LAGGING + 1):
        wake = start + timedelta(seconds=interval * settings.SWEEP_SECONDS)
        time.sleep(max(0.0, (wake - timezone.now()).total_seconds()))
        at = timezone.now()
        sweep(now=at)
        ended = timezone.now()
        found = Clock.objects.filter(detected_at=at, due_at__gte=start)
        lags += [(ended - due).total_seconds() for due in found.values_list("due_at", flat=True)]
    assert len(lags) > wanted * 0.9, f"only {len(lags)} fell due"
    return sorted(lags)[int(len(lags) * 0.99)]


# The last of the clocks, which nothing above has reached, fall due from now on.
_FALLING_DUE = """
UPDATE sla_clock AS clock SET
    started_at = %(start)s, at_risk_at = %(start)s, due_at = falls_at,
    next_at = falls_at, step_times[1] = falls_at
FROM (
    SELECT id, %(start)s + row_number() OVER (ORDER BY due_at DESC)
        * interval '1 second' / %(rate)s AS falls_at
    FROM sla_clock WHERE detected_at IS NULL ORDER BY due_at DESC LIMIT %(wanted)s
) AS falling
WHERE clock.id = falling.id
"""


def _median(work: Callable[[], object], times: int = 21) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[times // 2]
