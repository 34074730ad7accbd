"""The whole of LeadBridge as it runs for people: web, worker and beat as processes of their own,
against a fresh database, with a mail server that keeps what it gets."""

import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).parents[2]
SWEEP_SECONDS = 1
START_SECONDS = 90


@dataclass
class Letters:
    """A mail server that delivers to nobody."""

    got: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802  # the name that the mail server asks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a letter."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 kept"

    def about(self, words: str) -> list[tuple[str, str]]:
        """Receiver and subject of every letter whose subject has these words."""
        return [(m["To"], m["Subject"]) for m in self.got if words in m["Subject"]]


@dataclass
class House:
    """A running LeadBridge."""

    address: str
    database: str
    letters: Letters

    def ask(self, sql: str, *values: object) -> tuple[object, ...]:
        """One row out of the database."""
        link = psycopg2.connect(self.database)
        try:
            with link.cursor() as cursor:
                cursor.execute(sql, values)
                row = cursor.fetchone()
        finally:
            link.close()
        assert row is not None, sql
        return tuple(row)


@contextmanager
def running_house(worker: str, folder: Path) -> Iterator[House]:
    """Start everything, hand it out, and stop it again."""
    letters, port = Letters(), free_port()
    post = Controller(letters, hostname="127.0.0.1", port=free_port())
    database = fresh_database(f"test_scene_{worker}")
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": other_redis(os.environ["REDIS_URL"], worker),
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SWEEP_SECONDS": str(SWEEP_SECONDS),
        "DEBUG": "",
    }
    with ExitStack() as stack:
        stack.callback(drop_database, f"test_scene_{worker}")
        post.start()
        stack.callback(post.stop)
        for command in (
            ["manage.py", "migrate", "--verbosity=0"],
            ["manage.py", "collectstatic", "--noinput", "--verbosity=0"],
            ["-m", "tests.browser.founding"],
        ):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
        logs = [
            stack.enter_context(process(name, command, environment, folder))
            for name, command in commands(port, folder).items()
        ]
        house = House(f"http://127.0.0.1:{port}", database, letters)
        ready = until(lambda: is_ready(house.address), START_SECONDS)
        assert ready, "\n".join(log.read_text()[-2000:] for log in logs)
        yield house


def commands(port: int, folder: Path) -> dict[str, list[str]]:
    """What `make run` starts."""
    celery = ["celery", "--quiet", "-A", "leadbridge.celery"]
    return {
        "web": [
            "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}", "--workers=2",
            "--blocking-threads=4", "--no-ws", "--log-level=warning", "leadbridge.wsgi:application",
        ],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=WARNING"],
        "beat": [*celery, "beat", f"--schedule={folder / 'beat'}", "--pidfile=",
                 "--loglevel=WARNING"],
    }  # fmt: skip


@contextmanager
def process(
    name: str, command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[Path]:
    """One of the processes; hands out where it logs."""
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            yield log
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until it is true; False when the time is over."""
    over, pause = threading.Event(), 0.1
    timer = threading.Timer(seconds, over.set)
    timer.start()
    try:
        while not (found := true()) and not over.is_set():
            over.wait(pause)
        return found
    finally:
        timer.cancel()


def is_ready(address: str) -> bool:
    """Web, database, Redis and a sweep of the last seconds."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def is_listening(port: int) -> bool:
    """Somebody answers there, whatever it says."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def fresh_database(name: str) -> str:
    """An empty database beside the one of the environment; answers its address."""
    drop_database(name)
    execute(f"CREATE DATABASE {name}")
    return named(name)


def drop_database(name: str) -> None:
    """Remove it, whoever is still connected."""
    execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def execute(sql: str) -> None:
    link = psycopg2.connect(named("postgres"))
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(sql)
    finally:
        link.close()


def named(name: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def other_redis(url: str, worker: str) -> str:
    """A numbered database of the same Redis that neither people nor the other tests use."""
    number = 8 + int("".join(filter(str.isdigit, worker)) or 0) % 8
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))
