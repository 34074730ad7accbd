"""A program that is told what happens: a real server that answers as a test wants it to."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.outbox.webhooks.actions import Plan, open_webhook
from leadbridge.outbox.webhooks.models import EVENTS, Webhook


class Program:
    """Keeps headers and body of every call; `answers` are given in turn, 204 after the last. While
    `hold` is cleared, the `holds_from`th call and those after it wait for their answer."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hooks?of=leadbridge"
        self.calls: list[tuple[dict[str, str], str]] = []
        self.answers: list[tuple[int, str]] = []
        self.hold = threading.Event()
        self.hold.set()
        self.holds_from = 1
        self.reached = threading.Event()


@pytest.fixture
def program(settings: Any) -> Iterator[Program]:
    """One that runs on this machine."""
    settings.WEBHOOKS_TO_PRIVATE = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    told = Program(server.server_port)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            if len(told.calls) >= told.holds_from:
                told.reached.set()
                told.hold.wait(20)
            status, text = told.answers.pop(0) if told.answers else (204, "")
            self.send_response(status)
            if status == 302:
                self.send_header("Location", told.url)
            self.send_header("Content-Length", str(len(text.encode())))
            with suppress(OSError):  # whoever called may have been killed
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield told
    told.hold.set()
    server.shutdown()
    server.server_close()
    thread.join()


def registered(cast: Cast, now: datetime, url: str, **plan: Any) -> Webhook:
    """The program's address, told of everything."""
    wanted = {"name": "CRM", "url": url, "events": list(EVENTS), **plan}
    return open_webhook(plan=Plan(**wanted), actor=cast.olu, now=now)
