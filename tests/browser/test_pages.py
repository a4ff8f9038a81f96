"""The main pages for every reader: no finding of axe, no sideways scroll, both languages, both themes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from django.test import TestCase
from django.utils import timezone
from playwright.sync_api import expect

from changes import perform
from evaluations.steps.actions.publication import publicise_round
from instruments.booking.enums import BookingState
from tests.browser.visitor import findings, width_of
from tests.evaluations.walking import BEFORE_PUBLICITY, FRIDAY, MONDAY, scored
from tests.factories.evaluations import make_story
from tests.factories.instruments import BookingFactory, UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import UnitRoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = (
    "/",
    "/instruments/",
    "/instruments/?view=table",
    "/instruments/?q=nothing-like-this",
    "/instruments/compare/?code=AAA-BOOK",
    "/instruments/AAA-BOOK/",
    "/units/",
    "/units/AAA/",
    "/evaluations/",
    "/evaluations/2025/",
    "/notices/announcements/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/no-such-page/",
)
OWN = (
    "/me/",
    "/me/account/",
    "/me/tokens/",
    "/me/calendars/?instrument=AAA-BOOK",
    "/desk/",
    "/desk/?view=list",
    "/notices/",
    "/reports/",
    "/reports/new/instrument_usage/?unit=AAA",
    "/bookings/{booking}/",
    "/evaluations/2025/AAA/",
    "/units/AAA/manage/",
    "/units/AAA/manage/AAA-BOOK/",
    "/units/AAA/manage/AAA-BOOK/state/",
    "/units/AAA/manage/AAA-BOOK/terms/",
    "/units/AAA/usage/",
    "/units/AAA/usage/add/",
    "/units/AAA/usage/import/",
    "/usage/{record}/",
    "/units/AAA/people/",
    "/units/AAA/organisations/",
    "/usage/{record}/correct/",
)
DEPARTMENT = (
    "/admin/",
    "/admin/evaluations/round/",
    "/admin/evaluations/round/{round}/change/",
    "/admin/members/memberunit/",
    "/admin/members/person/",
    "/admin/instruments/instrument/",
    "/evaluations/2025/give/",
)
WIDTHS = (360, 390, 768)
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    name: e.name || '', text: (e.textContent || '').trim().slice(0, 40), href: e.getAttribute('href') || '',
    seen: box.width > 0 && box.height > 0, ring: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
  };
}"""

FADED = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const colours = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.all(colours.map((one) => one.finished));
}"""


@dataclass(frozen=True)
class House:
    """Who signs in, and the keys that addresses name."""

    steward: str
    officer: str
    keys: dict[str, str]

    def of(self, addresses: Iterable[str]) -> list[str]:
        """Fill the keys in."""
        return [address.format(**self.keys) for address in addresses]


@pytest.fixture
def house(db) -> House:
    """A steward of AAA, whose year is published, with an instrument that is booked and was used."""
    story = make_story()
    scored(story, _at_once)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    instrument = make_instrument(unit=story.units["AAA"], code="AAA-BOOK")
    steward = make_steward(instrument, email="guanli@test.example")
    UnitRoleFactory(unit=story.units["AAA"], person=steward)
    soon = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=5)
    booking = BookingFactory(instrument=instrument, person=steward, start=soon, state=BookingState.REQUESTED)
    record = UsageRecordFactory(instrument=instrument)
    keys = {"booking": str(booking.pk), "record": str(record.pk), "round": str(story.round.pk)}
    return House(steward.email, story.officer.email, keys)


def _at_once(*, execute):
    return TestCase.captureOnCommitCallbacks(execute=execute)


@pytest.mark.parametrize(
    ("language", "theme", "other"), [("zh-CN", "light", "dark"), ("en", "dark", "light")]
)
def test_pages_have_no_grave_finding(visit, house, language, theme, other):
    """For visitors, for a manager who is steward too, and for the department; as opened and in the other theme."""
    bad: dict[str, list[str]] = {}
    visitor = visit(language=language, theme=theme)
    for page in _every_page(visitor, house):
        bad[page] = findings(visitor.page)
        visitor.page.emulate_media(color_scheme=other)
        visitor.page.evaluate(FADED)
        bad[f"{page} turned {other}"] = findings(visitor.page)
        visitor.page.emulate_media(color_scheme=theme)
    assert {page: found for page, found in bad.items() if found} == {}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_pages_never_scroll_sideways(visit, house, language):
    """At 360, 390 and 768 pixels each page is as wide as the screen."""
    wide = {}
    visitor = visit(language=language, width=WIDTHS[0], height=844)
    for page in _every_page(visitor, house):
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 844})
            if (needed := width_of(visitor.page)) > width:
                wide[f"{page} at {width}"] = needed
    assert wide == {}


def test_the_keyboard_reaches_and_shows_everything(visit, house):
    """By Tab alone down the instrument's page: the skip link first, each stop visible and ringed, to the form."""
    visitor = visit()
    page = visitor.go("/instruments/AAA-BOOK/")
    stops = []
    for _ in range(160):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
        if stop["name"] == "purpose":
            break
    assert stops[0]["href"].startswith("#")
    assert stops[-1]["name"] == "purpose", [stop["text"] for stop in stops[-3:]]
    assert [stop for stop in stops if not (stop["seen"] and stop["ring"])] == []


def test_language_is_switched_by_hand(visit, house):
    """The page turns English and back, stays where it was, and keeps to it."""
    visitor = visit()
    page = visitor.go("/instruments/?q=AAA")
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    page.locator("form.lang button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/instruments/?q=AAA")
    visitor.go("/units/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("form.lang button").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def _every_page(visitor, house: House) -> Iterator[str]:
    """Open each page as the one it is for; the width of the first view stays as it was."""
    size = visitor.page.viewport_size
    for person, addresses in ((None, PUBLIC), (house.steward, OWN), (house.officer, DEPARTMENT)):
        if person is not None:
            visitor.page.context.clear_cookies()
            visitor.sign_in(person)
        for address in house.of(addresses):
            visitor.page.set_viewport_size(size)
            visitor.page.goto(address)
            yield address
