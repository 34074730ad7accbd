"""Pages and calls over HTTP, through the same web server as in production."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

# The kernel deals connections out to the workers by chance: of four, one worker often got all, and
# the other core had nothing to do.
CONNECTIONS = 32
SECONDS = 6
ACCEPTS = 2000
WARM_UP = 200
Request = dict[str, object]


@contextmanager
def web_server(settings: str) -> Iterator[int]:
    """Granian with two workers; yields its port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = "granian --interface=wsgi --host=127.0.0.1 --workers=2 --blocking-threads=2 --no-ws"
    server = subprocess.Popen(
        [sys.executable, "-m", *command.split(), f"--port={port}", "--log-level=error",
         "leadbridge.wsgi:application"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": settings, "DEBUG": "", "PORT": str(port)},
    )  # fmt: skip
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the web server did not start")


def rate_of(port: int, requests: list[Request], *, seconds: float) -> float:
    """Good answers a second; any bad one ends the measurement."""
    lines = "\n".join(json.dumps(request) for request in requests)
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(port), str(CONNECTIONS), str(seconds)],
        input=lines, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rate, bad = done.stdout.split()
    if int(bad):
        raise RuntimeError(f"{bad} answers were no success: {requests[0]['path']}")
    return float(rate)


def inbox_rate() -> float:
    """Inbox pages of fifty rows a second, for somebody who is signed in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(username="sam"))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    request: Request = {"method": "GET", "path": "/inbox/", "headers": {"Cookie": cookie}}
    with web_server("leadbridge.settings") as port:
        _look(port, cookie)
        rate_of(port, [request], seconds=1)
        return rate_of(port, [request], seconds=SECONDS)


def _look(port: int, cookie: str) -> None:
    """A page without rows would be quick and prove nothing."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/inbox/", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=30) as page:
        rows = page.read().decode().count("data-ref=")
    assert rows >= 50, f"the inbox shows {rows} rows"


def limit_of_inbox() -> float:
    """The same fifty rows by the smallest honest program."""
    request: Request = {"method": "GET", "path": "/inbox/", "headers": {}}
    with web_server("bench.limit_settings") as port:
        rate_of(port, [request], seconds=1)
        return rate_of(port, [request], seconds=SECONDS)


def accept_rate(lead_ids: list[int]) -> float:
    """Leads accepted a second over the API, each once."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from leadbridge.people.keys import make_key

    sam = get_user_model().objects.get(username="sam")
    key = make_key(user=sam, name="bench", scope="write", now=timezone.now())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    requests: list[Request] = [
        {"method": "POST", "path": f"/api/v1/leads/{pk}/accept/", "headers": headers, "body": "{}"}
        for pk in lead_ids
    ]
    with web_server("leadbridge.settings") as port:
        rate_of(port, requests[:WARM_UP], seconds=0)
        return rate_of(port, requests[WARM_UP:], seconds=0)


def limit_of_accept(lead_ids: list[int]) -> float:
    """A guarded update and an event, one transaction each, by plain SQL on one connection."""
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    began = time.perf_counter()
    with link.cursor() as cursor:
        for pk in lead_ids:
            cursor.execute(
                "UPDATE leads_lead SET stage = 'accepted', last_action = 'accept',"
                " accepted_at = now() WHERE id = %s AND stage = 'submitted'",
                (pk,),
            )
            assert cursor.rowcount == 1
            cursor.execute(
                "INSERT INTO leads_event (lead_id, at, action, from_stage, to_stage, data)"
                " VALUES (%s, now(), 'accept', 'submitted', 'accepted', '{}')",
                (pk,),
            )
            link.commit()
    rate = len(lead_ids) / (time.perf_counter() - began)
    link.close()
    return rate
