"""5,000 clocks fall due; two sweeps run at once, one is killed in the middle of a batch, and Redis
is restarted under the other. Every breach is marked, told and posted exactly once.

Nothing is left to chance: a trigger lets each sweep run until so much is posted and then hold its
transaction open, until the test lets go.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from celery import Celery
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from leadbridge.demo.organisation import Cast
from leadbridge.embedded.programs import find_redis
from leadbridge.environment import broker_url
from leadbridge.outbox.models import Message
from leads.handoff.models import Event
from sla.clocks.models import Clock
from sla.clocks.sweep import due_now
from tests.leads.handoff.scenes import captured
from tests.sla.clocks.crowd import crowd_of

CLOCKS = 5000
HELD = {"doomed": (41, 1500), "celery": (43, 4000)}  # who: (its lock, messages from which it waits)
SWEEP = """
import sys, django
django.setup()
from datetime import datetime
from sla.clocks.sweep import sweep
print(sweep(now=datetime.fromisoformat(sys.argv[1]), batch=int(sys.argv[2])).breached)
"""
HOLD = """
    CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('application_name') = '{who}'
            AND (SELECT count(*) FROM outbox_message) >= {messages}
        THEN PERFORM pg_advisory_xact_lock({lock}); END IF;
        RETURN NULL;
    END $$;
"""


def until(happens: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait for another process."""
    give_up = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < give_up, f"never: {what}"
        threading.Event().wait(0.02)


def dsn() -> str:
    database = connection.settings_dict
    return f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"


@contextmanager
def held() -> Iterator[psycopg2.extensions.cursor]:
    """Hold both sweeps once each has posted enough, until the end of this block."""
    link = psycopg2.connect(dsn())
    link.autocommit = True
    cursor = link.cursor()
    for who, (lock, messages) in HELD.items():
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
        hold = HOLD.replace("hold()", f"hold_{who}()")
        cursor.execute(hold.format(who=who, messages=messages, lock=lock))
        cursor.execute(
            f"CREATE TRIGGER hold_{who} AFTER INSERT ON outbox_message "
            f"FOR EACH STATEMENT EXECUTE FUNCTION hold_{who}()"
        )
    try:
        yield cursor
    finally:
        cursor.execute("SELECT pg_advisory_unlock_all()")  # both, before the table is asked for
        for who in HELD:
            cursor.execute(f"DROP FUNCTION hold_{who} CASCADE")
        link.close()


def waits(cursor: psycopg2.extensions.cursor, who: str) -> Callable[[], bool]:
    def asked() -> bool:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
            "AND objid = %s",
            [HELD[who][0]],
        )
        row = cursor.fetchone()
        return row is not None and row[0] > 0

    return asked


class PrivateRedis:
    """A Redis of this test alone, which forgets everything when it is restarted."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lb-redis-"))
        self.socket = self.folder / "s"
        self.url = f"unix://{self.socket}?db=0"
        self.start()

    def start(self) -> None:
        options = {"port": "0", "unixsocket": str(self.socket), "save": "", "dir": str(self.folder)}
        command = [str(find_redis().executable)]
        command += [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self.socket.exists, "Redis answers")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.socket.unlink(missing_ok=True)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


@pytest.fixture
def redis() -> Iterator[PrivateRedis]:
    server = PrivateRedis()
    try:
        yield server
    finally:
        server.close()


def environment(who: str, redis: PrivateRedis) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "leadbridge.settings",
        "DATABASE_URL": dsn(),
        "REDIS_URL": redis.url,
        "EMAIL_URL": "dummymail://",
        "PGAPPNAME": who,
    }


def sweeping(who: str, redis: PrivateRedis, now: datetime, batch: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SWEEP, now.isoformat(), str(batch)],
        env=environment(who, redis), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def worker(redis: PrivateRedis, cast: Cast) -> Iterator[subprocess.Popen[str]]:
    """A real Celery worker on that Redis and on the database of the tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "leadbridge.celery", "worker", "-c", "1", "-l",
         "INFO", "--without-gossip", "--without-mingle"],
        env=environment("celery", redis), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        assert any("ready." in line for line in process.stderr)
        drain = threading.Thread(target=process.stderr.read, daemon=True)  # else its pipe fills
        drain.start()
        yield process
    finally:
        process.send_signal(
            signal.SIGQUIT
        )  # at once: the 10,000 letters it has begun are no matter
        process.wait(60)
        drain.join(10)
        process.stderr.close()


def order_a_sweep(redis: PrivateRedis) -> None:
    app = Celery(broker=broker_url(redis.url))
    app.send_task("sla.clocks.tasks.sweep")
    app.close()


@pytest.mark.django_db(transaction=True)
def test_a_killed_sweep_and_a_restarted_redis_lose_and_repeat_nothing(
    cast: Cast, redis: PrivateRedis, worker: subprocess.Popen[str]
) -> None:
    now = timezone.now()
    lead = captured(cast, now - timedelta(days=30))
    crowd_of(lead, CLOCKS - 1, due_at=now - timedelta(days=1), step="1 s")
    assert due_now(now=now) == CLOCKS

    with held() as locks:
        doomed = sweeping("doomed", redis, now, batch=100)
        until(waits(locks, "doomed"), "the doomed sweep is in the middle of a batch")
        order_a_sweep(redis)
        until(waits(locks, "celery"), "the worker is in the middle of a batch")
        doomed.send_signal(signal.SIGKILL)
        assert doomed.wait(10) == -signal.SIGKILL
        redis.stop()
        redis.start()
    assert doomed.stdout is not None
    doomed.stdout.close()

    # What the killed one had claimed is free again, and the orders go through the new Redis.
    other = sweeping("other", redis, now, batch=37)
    order_a_sweep(redis)
    told, _ = other.communicate(timeout=90)
    assert other.returncode == 0
    until(lambda: due_now(now=now) == 0, "everything due is marked")

    clocks = Clock.objects.filter(due_at__lt=now)
    assert clocks.count() == clocks.filter(breached_at__isnull=False).count() == CLOCKS
    assert not clocks.exclude(set_aside_at=None).exists()
    breaches = Event.objects.filter(action="breach")
    assert breaches.count() == CLOCKS
    assert breaches.values("data__clock").distinct().count() == CLOCKS
    assert not breaches.values("lead").annotate(n=Count("id")).filter(n__gt=1).exists()
    posted = Message.objects.filter(kind="clock.breached").values_list("recipient", flat=True)
    assert posted.filter(recipient=cast.mia).count() == CLOCKS
    assert posted.filter(recipient=cast.ana).count() == CLOCKS
    assert posted.count() == 2 * CLOCKS
    assert 0 <= int(told) < CLOCKS
    prove_ledger()


def prove_ledger() -> None:
    """Every lead is accounted for."""
    if "ledger" in get_commands():
        said = StringIO()
        call_command("ledger", stdout=said)
        assert "unaccounted 0" in said.getvalue()
