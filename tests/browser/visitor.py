"""What people do on the pages, in the words of the pages."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

GRAVE = {"serious", "critical"}


def findings(page: Page) -> list[str]:
    """What axe holds against the page, the grave things alone, each with its first place."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in GRAVE]


def width_of(page: Page) -> int:
    """How wide the page wants to be; more than the screen means that it scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth")


class Visitor:
    """One person at one browser window."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{answer.status} {path}"
        return self.page

    def sign_in(self, email: str) -> None:
        """Sign in by the form."""
        self.go("/accounts/login/")
        form = self.page.locator("main form")
        form.locator("[name=login]").fill(email)
        form.locator("[name=password]").fill("password")
        form.locator("button.btn-primary").click()
        expect(self.page.locator(".person-menu")).to_be_visible()

    def sign_in_again(self, email: str) -> None:
        """Sign in anew, after a jump of the clock has ended the session."""
        self.page.context.clear_cookies()
        self.sign_in(email)

    def sign_out(self) -> None:
        """Sign out by the person's menu."""
        self.page.locator(".person-menu summary").click()
        self.page.locator(".person-menu form button").click()
        expect(self.page.locator(".btn-sign")).to_be_visible()

    def search(self, words: str) -> None:
        """Search from the home page."""
        self.go("/")
        box = self.page.locator("main form[role=search]").first
        box.locator("[name=q]").fill(words)
        box.locator("button").click()
        self.page.wait_for_url("**/instruments/?**")

    def fill_booking(self, day: str, start: str, end: str, purpose: str) -> None:
        """Fill in the booking form of the instrument's page and send it."""
        form = self.page.locator("#book form")
        form.locator("[name=day]").select_option(day)
        form.locator("[name=start_time]").select_option(start)
        form.locator("[name=end_time]").select_option(end)
        self.send_booking(purpose)

    def send_booking(self, purpose: str) -> None:
        """Say what for, and send the form as it stands."""
        form = self.page.locator("#book form")
        form.locator("[name=purpose]").fill(purpose)
        form.locator("button.btn-primary").click()

    def act(self, verb: str, **fields: str) -> None:
        """Take one step on a booking: approve, decline, cancel, check-in, check-out."""
        form = self.page.locator(f"form[action$='/{verb}/']").first
        fold = self.page.locator(f"details:has(form[action$='/{verb}/'])").first
        if fold.count() and fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            form.locator("button").last.click()
        self.page.wait_for_load_state()

    def step_round(self, verb: str, **fields: str) -> None:
        """Take one step of a round in the admin: the button, the question, the confirmation."""
        self.page.locator(f"a[href$='/act/{verb}/']").first.click()
        form = self.page.locator(".round-page.confirm form")
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        form.locator("button.btn").first.click()
        expect(self.page.locator(".rsteps")).to_be_visible()
