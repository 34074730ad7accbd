"""An installed Chromium, and a small server for static files and made-up answers."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Answer:
    """What the server says to one path."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """The made-up pages of one test, and what was asked for."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def page(self, body: str, *, now: str = "", zone: str = "Europe/Berlin", scripts: str) -> str:
        """Put a page with the named scripts at /; answers its address."""
        tags = "".join(
            f'<script type="module" src="/static/js/{name}.js"></script>'
            for name in scripts.split()
        )
        self.answers["/"] = Answer(
            f'<!doctype html><html data-now="{now}" data-zone="{zone}"><head>{tags}</head>'
            f"<body><main>{body}</main></body></html>",
            headers={"Content-Security-Policy": "default-src 'self'"},
        )
        return f"{self.address}/"

    def asks(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.partition("?")[0] == path for asked, _ in self.asked)


def handler_for(site: Site) -> type[BaseHTTPRequestHandler]:
    """A handler that serves the repository's static files and the answers of the site."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            self.reply(self.answer())

        def answer(self) -> Answer:
            path = self.path.partition("?")[0]
            if path.startswith(("/static/", "/tests/")):
                file = ROOT / path.lstrip("/")
                return Answer(file.read_text(), headers={"Content-Type": TYPES[file.suffix]})
            return site.answers.get(self.path) or site.answers.get(path) or Answer("", 404)

        def reply(self, answer: Answer) -> None:
            body = b"" if answer.status == 204 else answer.body.encode()
            self.send_response(answer.status)
            for name, value in ({"Content-Type": "text/html"} | answer.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def send_header(self, keyword: str, value: str) -> None:
            # The own Date header of the server would put the made-up time of the page right.
            if keyword != "Date":
                super().send_header(keyword, value)

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on a free port of this machine."""
    site = Site("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; without one these tests are skipped."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        pytest.skip("no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; an error in a script or a breach of the policy fails the test."""
    context = chromium.new_context(viewport={"width": 1000, "height": 600})
    page = context.new_page()
    page.set_default_timeout(5000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def words_cases() -> dict[str, list[list[object]]]:
    """The table of words that Python is tested with, too."""
    text = (ROOT / "tests" / "kernel" / "words_cases.json").read_text()
    cases: dict[str, list[list[object]]] = json.loads(text)
    return cases
