"""The scene that LeadBridge is made for, in a real browser, with real workers.

A visitor asks for a demo; the lead lies untouched and everybody concerned sees that within
seconds; two sellers reach for one lead and one has it; a no comes back to marketing with its
reason and a clock. Limits are those promised to people: two seconds to appear, one sweep and two
seconds to be overdue.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.house import SWEEP_SECONDS, House, running_house, until
from tests.browser.screens import Screens

APPEARS = 2.0
TURNS = SWEEP_SECONDS + 2.0


@pytest.fixture(scope="module")
def house(
    chromium: Browser, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """LeadBridge, running."""
    folder: Path = tmp_path_factory.mktemp("house")
    with running_house(worker_id, folder) as house:
        yield house


@pytest.fixture
def screens(chromium: Browser, house: House) -> Iterator[Screens]:
    """Everybody's own browser; a word of complaint from any of them fails the test."""
    screens = Screens(chromium, house)
    yield screens
    screens.close()
    assert screens.complaints == []


MESSAGE = "We need to replace our line scheduling before October."


def send_form(page: Page, company: str, *, country: str) -> None:
    """A visitor fills in the form as fast as a person can."""
    page.goto("/f/demo/")
    for name, text in {
        "First name": "Ines",
        "Last name": "Aydin",
        "E-mail": f"ines@{company.lower()}.example",
        "Company": company,
        "Job title": "VP Operations",
        "People in the company": "240",
    }.items():
        page.get_by_role("textbox", name=re.compile(f"^{name}")).fill(text)
    page.get_by_label("Country").select_option(country)
    page.get_by_label("What would you like?").select_option("demo")
    page.get_by_role("textbox", name=re.compile("^Message")).press_sequentially(MESSAGE, delay=65)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/thanks/")


def row(page: Page, company: str) -> Locator:
    """The row of a lead in any list."""
    return page.locator("tr[data-ref]", has_text=company)


@contextmanager
def within(seconds: float, since: float) -> Iterator[None]:
    """All that is expected in the block has come true `seconds` after `since`."""
    yield
    took = time.time() - since
    assert took <= seconds, f"took {took:.2f} s, promised were {seconds}"


def left(seconds: float, since: float) -> float:
    """Milliseconds that remain for an expectation."""
    return max(1.0, (since + seconds - time.time()) * 1000)


def lead_of(house: House, company: str) -> tuple[int, datetime, datetime]:
    """Id, handover and due instant of a lead."""
    pk, submitted, due = house.ask(
        "SELECT id, submitted_at, next_due_at FROM leads_lead WHERE company = %s", company
    )
    assert isinstance(pk, int)
    assert isinstance(submitted, datetime)
    assert isinstance(due, datetime)
    return pk, submitted, due


def test_a_lead_appears_lies_and_is_overdue_on_every_screen(screens: Screens, house: House) -> None:
    sam = screens.signed_in("sam", "/inbox/")
    max_ = screens.signed_in("max", "/inbox/?who=team")
    mia = screens.signed_in("mia", "/handoffs/")
    expect(sam.get_by_text("Nothing waits for you.")).to_be_visible()

    send_form(screens.page(), "Northwind", country="DE")
    sent = time.time()
    expect(row(sam, "Northwind")).to_be_visible(timeout=left(APPEARS, sent))
    pk, submitted, due = lead_of(house, "Northwind")
    assert time.time() - submitted.timestamp() <= APPEARS, "from the commit to Sam's open page"
    expect(row(sam, "Northwind").locator(".clock")).not_to_have_class("clock late")

    with within(TURNS, due.timestamp()):
        for page in (sam, max_, mia):
            late = row(page, "Northwind").locator(".clock.late")
            expect(late).to_be_visible(timeout=left(TURNS, due.timestamp()))
            expect(late).to_contain_text("late")
        for page in (sam, max_):
            tag = page.locator("#inbox-tags", has_text="1 overdue")
            expect(tag).to_be_visible(timeout=left(TURNS, due.timestamp()))
        expect(sam.locator("#count-inbox")).to_have_text("1", timeout=left(TURNS, due.timestamp()))
        overdue = mia.locator(".stat", has_text="Overdue").locator("b")
        expect(overdue).to_have_text("1", timeout=left(TURNS, due.timestamp()))

    told = f"Overdue: accept of L-{pk}"
    assert until(lambda: len(house.letters.about(told)) == 2, left(TURNS, due.timestamp()) / 1000)
    breached, detected = house.ask(
        "SELECT breached_at, detected_at FROM sla_clock WHERE lead_id = %s AND kind = 'accept'", pk
    )
    assert breached == due
    assert isinstance(detected, datetime)
    assert (detected - due).total_seconds() <= TURNS

    max_.goto(f"/leads/L-{pk}/")
    expect(max_.locator(".timeline")).to_contain_text("Accept was due")
    expect(max_.locator(".timeline")).to_contain_text("Sam Okafor and Max Lind told by mail.")

    (before,) = house.ask("SELECT at FROM sla_heartbeat WHERE name = 'sweep'")
    assert until(lambda: sweeps_since(house, before) >= 3, 15)
    receivers = sorted(to for to, _ in house.letters.about(told))
    assert receivers == ["max@example.com", "sam@example.com"], "once each"

    age = sam.locator("#foot [data-since]")
    swept = age.get_attribute("data-since")
    assert swept
    expect(age).not_to_have_attribute("data-since", swept)

    sam.bring_to_front()
    sam.keyboard.press("j")
    sam.keyboard.press("a")
    expect(sam.locator("#say .toast")).to_contain_text("Accepted Northwind.")
    expect(row(sam, "Northwind").get_by_role("link", name="Log follow-up")).to_be_visible()
    expect(sam.locator("#inbox-tags")).not_to_contain_text("overdue")
    expect(row(mia, "Northwind")).to_contain_text("Accepted", timeout=APPEARS * 1000)


def sweeps_since(house: House, before: object) -> float:
    """Seconds by which the heartbeat has moved on: one a sweep."""
    (moved,) = house.ask(
        "SELECT extract(epoch FROM at - %s) FROM sla_heartbeat WHERE name = 'sweep'", before
    )
    return float(str(moved)) / SWEEP_SECONDS


PRESS_AT = """(press) => setTimeout(
    () => document.querySelector(`tr[data-ref="${press.ref}"] [data-key="a"]`).click(),
    press.at - Date.now())"""


def test_two_sellers_reach_for_one_lead_and_one_has_it(screens: Screens, house: House) -> None:
    pages = {name: screens.signed_in(name, "/inbox/") for name in ("sam", "dora")}
    send_form(screens.page(), "Halden", country="")
    for page in pages.values():
        expect(row(page, "Halden")).to_contain_text("Pool", timeout=APPEARS * 1000)
    pk, *_ = lead_of(house, "Halden")

    at = time.time() * 1000 + 400
    for page in pages.values():
        page.evaluate(PRESS_AT, {"ref": f"L-{pk}", "at": at})

    for page in pages.values():
        expect(page.locator("#say .toast")).to_be_visible()
    winner, decisions = house.ask(
        "SELECT username, (SELECT count(*) FROM leads_event AS event "
        "WHERE event.lead_id = lead.id AND action = 'accept') FROM leads_lead AS lead "
        "JOIN people_user AS holder ON holder.id = lead.holder_id WHERE lead.id = %s", pk,
    )  # fmt: skip
    assert decisions == 1
    first = pages.pop(str(winner))
    [second] = pages.values()
    name = {"sam": "Sam Okafor", "dora": "Dora Novak"}[str(winner)]
    expect(first.locator("#say .toast")).to_contain_text("Accepted Halden.")
    expect(row(first, "Halden").get_by_role("link", name="Log follow-up")).to_be_visible()
    expect(second.locator("#say .toast")).to_contain_text(f"Already accepted by {name} at ")
    expect(row(second, "Halden")).to_contain_text(f"Already accepted by {name} at ")
    expect(row(second, "Halden").get_by_role("button")).to_have_count(0)


def test_a_no_comes_back_to_marketing_with_its_reason_and_a_clock(
    screens: Screens, house: House
) -> None:
    mia = screens.signed_in("mia", "/handoffs/")
    send_form(screens.page(), "Bluefin", country="DE")
    (holder,) = house.ask(
        "SELECT username FROM people_user AS holder JOIN leads_lead AS lead "
        "ON lead.holder_id = holder.id WHERE lead.company = 'Bluefin'"
    )
    seller = screens.signed_in(str(holder), "/inbox/")
    mark = seller.locator("tr.marked")
    rows = seller.locator("tr[data-ref]")
    expect(row(seller, "Bluefin")).to_be_visible()
    for _ in range(rows.count()):
        seller.keyboard.press("j")
    for _ in range(rows.count()):
        if "Bluefin" in mark.inner_text():
            break
        seller.keyboard.press("k")

    seller.keyboard.press("r")
    dialog = seller.get_by_role("dialog", name="Reject: Bluefin")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Why", exact=True).select_option("wrong_route")
    dialog.get_by_label("Whose it is").select_option(label="Americas")
    dialog.get_by_label("In a few words").fill("Belongs to the partner desk.")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).not_to_be_visible()
    decided = time.time()

    back = row(mia, "Bluefin")
    expect(back).to_contain_text("Sales said no", timeout=left(APPEARS, decided))
    expect(back).to_contain_text(
        "Wrong territory, product or owner (Americas): Belongs to the partner desk."
    )
    expect(back).to_contain_text("Rework")
    expect(back.locator(".clock.ok")).to_be_visible()
    expect(row(seller, "Bluefin")).to_have_count(0)

    toast = seller.locator("#say .toast")
    expect(toast).to_contain_text("Rejected Bluefin.")
    seller.keyboard.press("u")
    expect(row(seller, "Bluefin").get_by_role("button", name="Accept")).to_be_visible()
    expect(back).to_contain_text("Waiting for sales", timeout=APPEARS * 1000)
