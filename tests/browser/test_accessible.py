"""Every page of the demo, looked at by axe-core and by its own width, in turn on a wide screen in
light colours and on a telephone in dark ones; with `EVERY_SCREEN=1` each page on both, and pictures
of all lie in `screenshots/` afterwards."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]  # it comes without types
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.house import (
    ROOT,
    commands,
    drop_database,
    free_port,
    fresh_database,
    is_listening,
    process,
    until,
)

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LOOK = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    (one) => `${one.id}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`)"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
EVERY = "EVERY_SCREEN" in os.environ
SCREENS = ((1280, "light"), (360, "dark"))
PAGES = {
    "": ("/accounts/login/", "/f/demo/"),
    "max": (
        "/inbox/", "/handoffs/", "/sla/", "/sla/breaches/", "/sla/clocks/", "/sla/funnel/",
        "/sla/ledger/", "/sla/readouts/", "/sla/whatif/", "/sla/audit/", "/scorecard/", "/mine/",
        "/campaigns/",
        "/companies/", "/duplicates/", "/routing/", "/definition/", "/definition/backtests/",
        "/agreement/", "/disputes/", "/reports/disagreement/", "/settings/reasons/",
        "/settings/fields/", "/people/", "/calendars/", "/status/", "LEAD",
    ),
    "mia": (
        "/handoffs/", "/handoffs/new/", "/handoffs/figures/", "/quarantine/", "/import/", "/forms/",
        "/settings/intake/", "LEAD",
    ),
    "sam": ("/inbox/", "/mine/"),
}  # fmt: skip


@dataclass
class Looked:
    """One person's window, and what was wrong in it."""

    page: Page
    name: str
    wrong: list[str]

    def at(self, path: str, shot: str) -> None:
        """Open a page, have it examined, and keep its picture."""
        answer = self.page.goto(path)
        if answer is None or answer.status != 200:
            self.wrong.append(f"{path}: {answer and answer.status}")
        self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(LOOK)
        self.wrong += [f"{self.name} {path}: {one}" for one in found]
        if (wider := self.page.evaluate(WIDER)) > 0:
            self.wrong.append(f"{self.name} {path}: {wider} px too wide")
        if EVERY:
            folder = ROOT / "screenshots"
            folder.mkdir(exist_ok=True)
            self.page.screenshot(path=folder / f"{shot}.png", full_page=True)


@pytest.fixture(scope="module")
def demo(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo organisation behind the web server; its address."""
    name, folder, port = f"test_demo_{worker_id}", tmp_path_factory.mktemp("demo"), free_port()
    environment = {**os.environ, "DATABASE_URL": fresh_database(name), "DEBUG": ""}
    for command in (
        ["migrate", "--verbosity=0"],
        ["collectstatic", "--noinput", "--verbosity=0"],
        ["demo", "--leads=40", "--days=30", "--seed=1"],
        ["sweep", "--once"],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    with process("web", commands(port, folder)["web"], environment, folder) as log:
        assert until(lambda: is_listening(port), 60), log.read_text()[-2000:]
        yield f"http://127.0.0.1:{port}"
    drop_database(name)


@pytest.mark.parametrize(("width", "colours"), SCREENS)
def test_no_page_keeps_anybody_out(chromium: Browser, demo: str, width: int, colours: Any) -> None:
    wrong: list[str] = []
    for person, paths in PAGES.items():
        context = chromium.new_context(
            base_url=demo, viewport={"width": width, "height": 900}, color_scheme=colours
        )
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
        if person:
            sign_in(page, person)
        looked = Looked(page, person, wrong)
        turn = SCREENS.index((width, colours))
        seen = paths if EVERY else paths[turn :: len(SCREENS)]
        for path in (first_lead(page) if path == "LEAD" else path for path in seen):
            shot = f"{person or 'visitor'}{path.rstrip('/').replace('/', '-')}-{width}-{colours}"
            looked.at(path, shot)
        context.close()
    assert wrong == [], json.dumps(wrong, indent=1)


INKS = """() => ["main h1", ".card td", ".card h2"].map((one) =>
    getComputedStyle(document.querySelector(one)).color.match(/\\d+/g).map(Number))"""


def test_the_scorecard_is_printed_on_paper(chromium: Browser, demo: str) -> None:
    """By somebody whose screen is dark: the paper is white, without what is for screens."""
    context = chromium.new_context(base_url=demo, color_scheme="dark")
    page = context.new_page()
    sign_in(page, "max")
    page.goto("/scorecard/")
    page.emulate_media(media="print")
    for on_screen in ("nav", ".chart", ".chart-table", ".menu"):
        assert not page.locator(on_screen).first.is_visible(), on_screen
    assert page.locator("table.mirror").first.is_visible()
    assert page.evaluate(WIDER) <= 0
    assert all(max(ink) < 130 for ink in page.evaluate(INKS)), "dark ink"
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    printed = page.pdf(path=folder / "scorecard.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1, "one sheet"
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").or_(page.get_by_label("Login")).first.fill(name)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


def first_lead(page: Page) -> str:
    """The lead on top of the list of handoffs."""
    page.goto("/handoffs/")
    path = page.locator("a[href^='/leads/L-']").first.get_attribute("href")
    assert path is not None
    return path
