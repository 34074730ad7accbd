"""`make run`: everything on one terminal, ended together by Ctrl-C."""

import multiprocessing
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from types import FrameType

from honcho.manager import Manager
from honcho.process import Process

from leadbridge.embedded.errors import EmbeddedError
from leadbridge.embedded.place import PROJECT, Place
from leadbridge.embedded.sharing import provide

WEB_WORKERS = 2
WEB_THREADS = 4  # in each: a slow page or upload holds up nobody
TASK_WORKERS = 2


class Ended(Process):
    """A process of honcho's that ends with us even if we are killed; no port stays taken."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._parent = os.getpid()

    def run(self, *args: object, **kwargs: object) -> None:
        threading.Thread(target=self._watch_parent, daemon=True).start()
        super().run(*args, **kwargs)

    def _watch_parent(self) -> None:
        while os.getppid() == self._parent:
            time.sleep(1)
        os.killpg(self._child.pid, signal.SIGTERM)


class Together(Manager):
    """Honcho, which fails when it is told to stop before all of its processes have started."""

    def __init__(self) -> None:
        super().__init__()
        self._process_ctor = Ended

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
        else:
            signal.signal(signal.SIGALRM, lambda *_: self.terminate())
            signal.setitimer(signal.ITIMER_REAL, 0.1)


def main() -> int:
    for stopping in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopping, _leave)
    try:
        host, port = os.environ.get("HOST") or "127.0.0.1", _free_port()
        provide()
    except EmbeddedError as error:
        print(f"leadbridge: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    try:
        return _prepare() or _run(host, port)
    except KeyboardInterrupt:
        return 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _free_port() -> int:
    """PORT, once we know that we can have it."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"PORT must be a number from 1 to 65535, not {text!r}")
    host = os.environ.get("HOST") or "127.0.0.1"
    try:
        with socket.create_server((host, int(text))):
            return int(text)
    except OSError as error:
        raise EmbeddedError(
            f"port {text} of {host} cannot be used ({os.strerror(error.errno or 0)}): "
            "stop what uses it, or choose another one with PORT=8001 make run"
        ) from None


def _prepare() -> int:
    """Migrations, static files, demo: in a process of its own, whose memory is given back."""
    return subprocess.run(
        [sys.executable, "-m", "leadbridge.embedded.prepare"], cwd=PROJECT, check=False
    ).returncode


def _run(host: str, port: int) -> int:
    manager = Together()
    for name, command in _commands(host, port).items():
        manager.add_process(name, shlex.join(["exec", *command]), cwd=str(PROJECT))
    # One Ctrl-C reaches every process of the terminal; this one is ended by us.
    announcer = subprocess.Popen(
        [sys.executable, "-m", "leadbridge.embedded.announce", host, str(port)],
        cwd=PROJECT,
        start_new_session=True,
    )
    try:
        manager.loop()
    finally:
        announcer.terminate()
        announcer.wait()
    stopped_by_a_person = manager.returncode in (130, 143)
    return 0 if stopped_by_a_person else manager.returncode or 1


def _commands(host: str, port: int) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    # Here root runs its own code on its own machine; production has a user for it.
    calm = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m"]
    celery = [*calm, "celery", "--quiet", "-A", "leadbridge.celery"]
    schedule = Place.default().var / "beat"
    return {
        "web": [
            *python,
            "granian",
            "--interface=wsgi",
            f"--host={host}",
            f"--port={port}",
            f"--workers={WEB_WORKERS}",
            f"--blocking-threads={WEB_THREADS}",
            "--no-ws",
            "--respawn-failed-workers",
            "--log-level=warning",
            "leadbridge.wsgi:application",
        ],
        "worker": [*celery, "worker", f"--concurrency={TASK_WORKERS}", "--loglevel=WARNING"],
        "beat": [*celery, "beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=WARNING"],
    }


if __name__ == "__main__":
    # Newer Pythons start honcho's processes without a fork unless told; they must share our lock.
    multiprocessing.set_start_method("fork")
    sys.exit(main())
