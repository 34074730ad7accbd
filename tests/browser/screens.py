"""The browsers of several people who look at one LeadBridge."""

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.house import House


class Screens:
    """Open pages of several people."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self.chromium, self.house = chromium, house
        self.complaints: list[str] = []
        self.contexts: list[object] = []
        self.open: list[Page] = []

    def page(self) -> Page:
        """A page of somebody who is not signed in."""
        context = self.chromium.new_context(
            base_url=self.house.address, viewport={"width": 1280, "height": 800}
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.hear)
        self.open.append(page)
        return page

    def hear(self, said: ConsoleMessage) -> None:
        """Errors and breaches of the policy; a refusal that was meant (409) is none."""
        if said.type == "error" and "409" not in said.text:
            self.complaints.append(f"{said.text} ({said.location})")

    def signed_in(self, name: str, at: str) -> Page:
        """A page of somebody of the cast."""
        page = self.page()
        page.goto(f"/accounts/login/?next={at}")
        page.get_by_label("Username").or_(page.get_by_label("Login")).first.fill(name)
        page.get_by_label("Password").fill("demo")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**{at}")
        return page

    def close(self) -> None:
        """Close all."""
        for page in self.open:
            page.context.close()
