"""Two heads agree on a definition, each in a browser of their own, while leads come in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House, running_house, until
from tests.browser.screens import Screens

AGREED = "Company has 150 people or more"
WORKED = 30_000  # ms a worker has on a machine that does other things too


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


def enter(page: Page, company: str) -> None:
    """Mia enters a lead of 50 people who want a demo."""
    page.goto("/handoffs/new/")
    for name, text in {
        "email": f"kim@{company.lower()}.example",
        "company": company,
        "employees": "50",
        "source": "fair",
    }.items():
        page.locator(f"main [name={name}]").fill(text)
    page.locator("main [name=request]").select_option("demo")
    page.locator("main form").get_by_role("button").first.click()
    expect(page.locator(".saved")).to_be_visible()


def judged(house: House, company: str) -> tuple[object, ...]:
    """By which version a lead was judged, and how."""
    return house.ask(
        "SELECT d.version, l.verdict, l.stage FROM leads_lead l"
        " JOIN leads_definition d ON d.id = l.definition_id WHERE l.company = %s",
        company,
    )


def test_two_heads_agree_in_two_browsers_and_earlier_leads_keep_their_version(
    screens: Screens, house: House
) -> None:
    ana, mia = screens.signed_in("ana", "/definition/"), screens.signed_in("mia", "/handoffs/")
    enter(mia, "Early")

    ana.get_by_role("button", name="Propose a change").click()
    ana.locator("#c-2-sentence").fill(AGREED)
    ana.locator("#c-2-value").fill("150")
    ana.get_by_role("button", name="Save draft").first.click()
    expect(ana.get_by_text("Saved version 2 as a draft.")).to_be_visible()

    # Tried on the past, by a worker, while Ana looks on.
    ana.goto("/definition/backtests/")
    ana.locator(".named li", has_text="Version 2").get_by_role("button").click()
    done = ana.get_by_role("heading", name="What each criterion does")
    expect(done).to_be_visible(timeout=WORKED)
    expect(ana.locator("tr", has_text=AGREED)).to_be_visible()

    # Early is the only lead of that past, and too small: that has to be read before proposing.
    ana.goto("/definition/v2/")
    expect(ana.get_by_text("No lead would qualify: 0 of 1.")).not_to_have_count(0)
    ana.get_by_label("I have read this").check()
    ana.get_by_role("button", name="Propose it to both heads").click()
    max_ = screens.signed_in("max", "/definition/v2/")
    change = "number of people is at least 150, instead of number of people is at least 20"
    expect(max_.get_by_text(change)).to_be_visible()
    expect(max_.get_by_role("button", name="Sign for marketing")).to_have_count(0)
    max_.get_by_role("button", name="Sign for sales").click()
    expect(max_.get_by_text("Sales: signed by Max Lind")).to_be_visible()
    expect(max_.get_by_role("button", name="Sign for sales")).to_have_count(0)

    enter(mia, "Before")
    ana.reload()
    ana.get_by_role("button", name="Sign for marketing").click()
    expect(ana.get_by_text("v2 in force since")).to_be_visible()
    enter(mia, "After")

    assert judged(house, "Before") == (1, "yes", "submitted")
    assert judged(house, "After") == (2, "no", "captured")
    assert until(lambda: judged(house, "Early")[:2] == (1, "yes"), 1)
    for page in (max_, mia):
        page.goto("/definition/")
        expect(page.get_by_text("v2 in force since")).to_be_visible()
        expect(page.get_by_role("cell", name=AGREED)).to_be_visible()
    (pk,) = house.ask("SELECT id FROM leads_lead WHERE company = 'Before'")
    mia.goto(f"/leads/L-{pk}/")
    expect(mia.get_by_text("v1")).not_to_have_count(0)
