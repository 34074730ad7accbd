"""Pages and calls over HTTP: granian with two workers, asked by a process of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, perf_counter, sleep

from django.db import connection

from bench.seeding import Seed, add_waiting, key_of, session_of

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 5
Address = tuple[str, int]
Figure = tuple[str, float, str]
_measured: dict[str, float] = {}


@contextmanager
def served(application: str) -> Iterator[Address]:
    """The application on a free port, as `make run` serves it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = dict(os.environ)
    if application.startswith("bench."):
        environment.pop("DJANGO_SETTINGS_MODULE", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}",
         "--workers=2", "--blocking-threads=2", "--no-ws", "--log-level=warning", application],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        _wait(("127.0.0.1", port))
        yield "127.0.0.1", port
    finally:
        server.terminate()
        server.wait(30)


def _wait(address: Address) -> None:
    give_up = monotonic() + 60
    while True:
        try:
            link = HTTPConnection(*address, timeout=30)
            link.request("GET", "/healthz")
            link.getresponse().read()
        except OSError:
            if monotonic() > give_up:
                raise
            sleep(0.05)
        else:
            return


def inbox(address: Address, seed: Seed, name: str) -> list[Figure]:
    """The inbox of eight sellers in turn, fifty rows a page."""
    cookies = [session_of(user) for user in seed.sellers[-8:]]
    requests = [("GET", "/inbox/", {"Cookie": cookie}) for cookie in cookies]
    _load(address, requests, seconds=1)
    rate, p95 = _load(address, requests)
    _measured[f"inbox_{name}"] = rate
    return [(f"inbox_{name}", rate, "/s"), (f"inbox_{name}_p95", p95 * 1000, "ms")]


def accept(address: Address, seed: Seed) -> list[Figure]:
    """Sam accepts by the API, each lead once; beside it the same in two statements."""
    leads = add_waiting(seed)
    headers = {
        "Authorization": f"Bearer {key_of(seed.cast.sam)}",
        "Content-Type": "application/json",
    }
    requests = [("POST", f"/api/v1/leads/L-{pk}/accept/", headers) for pk in leads]
    _load(address, requests[:100], once=True)
    rate, p95 = _load(address, requests[100:], once=True)
    limit = _guarded_updates()
    return [
        ("accept", rate, "/s"),
        ("accept_p95", p95 * 1000, "ms"),
        ("accept_limit", limit, "/s"),
        ("accept_ratio", limit / rate, "x"),
    ]


def bare(address: Address) -> list[Figure]:
    """A view that says two letters."""
    requests: list[tuple[str, str, dict[str, str]]] = [("GET", "/", {})]
    _load(address, requests, seconds=1)
    _measured["bare_view"] = rate = _load(address, requests, seconds=3)[0]
    return [("bare_view", rate, "/s")]


def ratios() -> list[Figure]:
    """How many bare views an inbox costs, and whether it stays the same as leads grow."""
    inboxes = {name: rate for name, rate in _measured.items() if name.startswith("inbox_")}
    figures = [
        (f"{name}_ratio", _measured["bare_view"] / rate, "x") for name, rate in inboxes.items()
    ]
    return [*figures, ("inbox_1m_to_1k", inboxes["inbox_1k"] / inboxes["inbox_1m"], "x")]


def _load(
    address: Address,
    requests: Sequence[tuple[str, str, dict[str, str]]],
    *,
    seconds: float = SECONDS,
    once: bool = False,
) -> tuple[float, float]:
    """Good answers a second and the 95th percentile in seconds; anything but 200 is an error."""
    host, port = address
    order = {
        "host": host, "port": port, "requests": requests, "seconds": seconds, "once": once,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(order), cwd=ROOT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    if set(told["answers"]) != {"200"}:
        raise RuntimeError(f"{requests[0][:2]} answered {told['answers']}")
    return told["answers"]["200"] / told["seconds"], told["p95"]


def _guarded_updates(count: int = 1000) -> float:
    """The smallest honest accept: a guarded update and an event, one transaction each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_lead AS SELECT id, 'submitted'::text AS stage, holder_id, "
            "changed_at FROM leads_lead LIMIT 10000; ALTER TABLE bare_lead ADD PRIMARY KEY (id); "
            "CREATE TABLE bare_event (id bigserial PRIMARY KEY, lead_id bigint, at timestamptz, "
            "action text, actor_id bigint); SELECT id FROM bare_lead LIMIT %s",
            [count],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SET synchronous_commit = on")
        began = perf_counter()
        for pk in ids:
            cursor.execute("BEGIN")
            cursor.execute(
                "UPDATE bare_lead SET stage = 'accepted', changed_at = now() "
                "WHERE id = %s AND stage = 'submitted'",
                [pk],
            )
            cursor.execute(
                "INSERT INTO bare_event (lead_id, at, action, actor_id) "
                "VALUES (%s, now(), 'accept', 1)",
                [pk],
            )
            cursor.execute("COMMIT")
        return count / (perf_counter() - began)
