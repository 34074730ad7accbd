"""Starting and stopping one engine, whatever happened before.

A running engine holds the lock on its own lock file, which it inherits from whoever started it.
So "is it alive?" has an answer that no stale pid file, reused process number or `kill -9` can
spoil, and the process number written in that file is right while the lock is held.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from leadbridge.embedded.errors import EmbeddedError
from leadbridge.embedded.locks import is_held, try_alone
from leadbridge.embedded.place import Account, Place
from leadbridge.embedded.programs import engine_environment, identity

START_SECONDS = 60
STOP_SECONDS = 30

# The shell makes the engine nobody's child, so that no Python process has to wait for it.
_DETACH = '"$@" </dev/null >&2 & echo $!'


class Engine(Protocol):
    """What the starting and stopping must know of an engine."""

    @property
    def name(self) -> str: ...
    @property
    def place(self) -> Place: ...
    @property
    def socket(self) -> Path: ...
    @property
    def data(self) -> Path: ...
    @property
    def stop_signal(self) -> signal.Signals: ...

    def command(self) -> list[str]:
        """What to run inside `data`, which this makes and fills at the first time."""

    def answers(self) -> bool:
        """Whether the engine takes commands."""

    def settle(self) -> None:
        """What is to be done once after each start."""


def ensure_running(engine: Engine) -> None:
    """Start the engine unless it runs; return when it answers."""
    lock = engine.place.lock(engine.name)
    if is_held(lock) and not engine.socket.exists():
        # Its folder was moved, or a cleaner of temporary files took the socket away.
        stop(engine.place, engine.name, engine.stop_signal)
    if not (is_held(lock) and _comes_to_answer(engine)):
        _start(engine)


def _start(engine: Engine) -> None:
    log = engine.place.log(engine.name)
    handle = try_alone(engine.place.lock(engine.name))
    if handle is None:
        raise EmbeddedError(f"{engine.name} was started by somebody else meanwhile; try again")
    try:
        launch(
            engine.command(),
            lock=handle,
            log=_fresh(log),
            cwd=engine.data,
            environment=engine_environment(),
            account=engine.place.account,
        )
    finally:
        os.close(handle)
    if not _comes_to_answer(engine):
        raise EmbeddedError(f"{engine.name} did not start: {_complaint(log)} (see {log})")
    engine.settle()


def launch(
    command: list[str],
    *,
    lock: int,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str],
    account: Account | None,
) -> None:
    """Start a process that outlives us, holds the lock and has its number in the lock file."""
    with log.open("ab") as errors:
        shell = subprocess.run(
            ["/bin/sh", "-c", _DETACH, "sh", *command],
            stdout=subprocess.PIPE,
            stderr=errors,
            pass_fds=(lock,),
            cwd=cwd,
            env=dict(environment),
            umask=0o077,
            start_new_session=True,
            check=True,
            **identity(account),
        )
    os.truncate(lock, 0)
    os.pwrite(lock, shell.stdout, 0)


def stop(place: Place, name: str, gently: signal.Signals) -> None:
    """Stop the engine of that name if it runs; return when it is gone."""
    lock = place.lock(name)
    for how, seconds in ((gently, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if not is_held(lock):
            return
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(lock.read_text()), how)
        _wait_until_gone(lock, seconds)
    if is_held(lock):
        raise EmbeddedError(f"{name} does not stop; see {place.log(name)}")


def _comes_to_answer(engine: Engine) -> bool:
    """Wait until the engine answers; False when it ends before."""
    give_up = time.monotonic() + START_SECONDS
    while not engine.answers():
        if not is_held(engine.place.lock(engine.name)):
            return False
        if time.monotonic() > give_up:
            log = engine.place.log(engine.name)
            raise EmbeddedError(f"{engine.name} runs but does not answer; see {log}")
        time.sleep(0.02)
    return True


def _wait_until_gone(lock: Path, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while is_held(lock) and time.monotonic() < give_up:
        time.sleep(0.02)


def _fresh(log: Path) -> Path:
    """Begin a new log with each start and keep the one before."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    return log


def _complaint(log: Path) -> str:
    """The line of the log that says most about why the engine ended."""
    lines = [line.strip() for line in log.read_text(errors="replace").split("\n") if line.strip()]
    grave = [line for line in lines if "FATAL" in line or "Fatal" in line]
    return next(iter(reversed(grave or lines)), "it said nothing")
