"""Workers that die: in the middle of a batch, half-way up a ladder, by SIGKILL; and that are
repeated, and run two at a time. All of it at random instants, and none of it may show."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg2
from django.db import connection

from sla.clocks.absence import apply_absences
from sla.clocks.ladder import climb
from sla.clocks.models import ClockStep
from sla.clocks.sweep import due_now, sweep
from tests.sla.simulation.month import Workers

LOCK = 47
SWEEP = """
import sys, django
django.setup()
from datetime import datetime
from sla.clocks.sweep import sweep
sweep(now=datetime.fromisoformat(sys.argv[1]), batch=1)
"""
# The doomed sweep has marked a step, and waits inside its transaction to be killed.
HOLD = f"""
    CREATE FUNCTION hold_doomed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('application_name') = 'doomed' AND (
            SELECT count(*) FROM sla_clockstep WHERE at = (SELECT max(at) FROM sla_clockstep)
        ) >= 2 THEN PERFORM pg_advisory_xact_lock({LOCK}); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER hold_doomed AFTER INSERT ON sla_clockstep
        FOR EACH STATEMENT EXECUTE FUNCTION hold_doomed();
"""


class Killed(BaseException):
    """A worker is gone: no `except Exception` may hold it up."""


@contextmanager
def death_at(statement: str, nth: int) -> Iterator[None]:
    """Die just before the nth statement that begins so, in whatever transaction that is."""
    seen = 0

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal seen
        if sql.lstrip().startswith(statement):
            seen += 1
            if seen == nth:
                raise Killed
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield


class Disturbed(Workers):
    """The same work by workers that die and are repeated."""

    def __init__(self, seed: int, *, share: float = 0.5, kills: int = 1) -> None:
        super().__init__()
        self.rng = random.Random(seed)
        self.share, self.kills = share, kills
        self.pair = ThreadPoolExecutor(2)  # each keeps its connection to the database

    def absences(self, now: datetime) -> None:
        if self.rng.random() < self.share / 10:
            self._dies("absences", 'UPDATE "leads_lead"', lambda: apply_absences(now=now))
        apply_absences(now=now)

    def sweep(self, now: datetime) -> None:
        due = due_now(now=now)
        if due >= 3 and self.kills and self.rng.random() < 0.3:
            self.kills -= 1
            kill_a_sweep(now)
            self.happened["sweeps killed by the system"] += 1
        while due and self.rng.random() < self.share:
            self._dies(
                "sweeps", "INSERT INTO outbox_message",
                lambda: sweep(now=now, batch=self._piece(due)),
            )  # fmt: skip
        if due > 1 and self.rng.random() < self.share:
            piece = self._piece(due)
            self._two("sweeps", lambda: sweep(now=now, batch=piece))
        sweep(now=now, batch=self.rng.choice([self._piece(due), 1000]))
        if self.rng.random() < self.share:
            again = sweep(now=now)
            assert again.taken == again.set_aside == 0

    def _piece(self, due: int) -> int:
        """How much of it one batch takes: a few at a time, and of many a few dozen batches."""
        return self.rng.randint(1, 4) * max(1, due // 50)

    def climb(self, now: datetime) -> None:
        pending = ClockStep.objects.filter(state="pending")
        waits = pending.exists()
        while waits and self.rng.random() < self.share:
            what = self.rng.choice(
                [
                    'UPDATE "leads_lead"',
                    'INSERT INTO "outbox_message"',
                    'UPDATE "sla_clockstep"',
                    'INSERT INTO "sla_clock"',
                ]
            )
            self._dies("climbs", what, lambda: climb(now=now))
        # Two workers go round each other's leads: with two of them a turn may fall either way.
        if waits and pending.filter(step="reassign").count() <= 1:
            self._two("climbs", lambda: climb(now=now))
        climb(now=now)
        if self.rng.random() < self.share:
            assert climb(now=now) == 0

    def _dies(self, what: str, statement: str, work: Callable[[], object]) -> None:
        try:
            with death_at(statement, self.rng.randint(1, 3)):
                work()
        except Killed:
            self.happened[f"{what} killed"] += 1
        else:
            self.happened[f"{what} that got through"] += 1

    def _two(self, what: str, work: Callable[[], object]) -> None:
        for one in [self.pair.submit(work), self.pair.submit(work)]:
            one.result()
        self.happened[f"{what} by two"] += 1


def kill_a_sweep(now: datetime) -> None:
    """A sweep in a process of its own, killed by the system in the middle of its second batch."""
    name = connection.settings_dict["NAME"]
    with at_server(name) as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({LOCK})")
        cursor.execute(HOLD)
        command = [sys.executable, "-c", SWEEP, now.isoformat()]
        doomed = subprocess.Popen(command, env={**settings_of(name), "PGAPPNAME": "doomed"})
        try:
            _await_lock(cursor)
            doomed.send_signal(signal.SIGKILL)
            assert doomed.wait(10) == -signal.SIGKILL
            assert ClockStep.objects.filter(at=now).count() >= 1
        finally:
            doomed.kill()
            doomed.wait(10)
            cursor.execute("SELECT pg_advisory_unlock_all()")
            cursor.execute("DROP FUNCTION hold_doomed CASCADE")


def settings_of(database: str) -> dict[str, str]:
    """The environment of a process of ours that works in a database of this server."""
    settings = "leadbridge.settings"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "DATABASE_URL": _url(database)}


@contextmanager
def at_server(database: str = "postgres") -> Iterator[Any]:
    """A connection beside Django's, in which each statement counts at once."""
    link = psycopg2.connect(_url(database))
    link.autocommit = True
    try:
        yield link.cursor()
    finally:
        link.close()


def _url(database: str) -> str:
    server = connection.settings_dict
    return f"postgresql://{server['USER']}@/{database}?host={server['HOST']}"


def _await_lock(cursor: Any, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND objid = %s"
    while True:
        cursor.execute(waits, [LOCK])
        if cursor.fetchone()[0]:
            return
        assert time.monotonic() < give_up, "the doomed sweep never came to its second batch"
        time.sleep(0.02)
