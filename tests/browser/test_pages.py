"""The main pages for every reader: no finding of axe, no sideways scroll, both languages, both themes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import TestCase
from playwright.sync_api import expect

from evaluations.actions.publication import publicise_round
from tests.evaluations.steps import BEFORE_PUBLICITY, FRIDAY, MONDAY, scored
from tests.factories.evaluations import make_story
from tests.factories.instruments import make_instrument, make_steward

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = (
    "/",
    "/instruments/",
    "/instruments/compare/?i=AAA-BOOK",
    "/instruments/AAA-BOOK/",
    "/units/",
    "/units/AAA/",
    "/evaluations/",
    "/evaluations/2025/",
    "/notices/announcements/",
    "/accounts/login/",
)
OWN = (
    "/me/",
    "/me/tokens/",
    "/desk/",
    "/notices/",
    "/reports/",
    "/evaluations/2025/AAA/",
    "/units/AAA/manage/",
)
GRAVE = {"serious", "critical"}
PHONE = 390


@pytest.fixture
def steward_email(db) -> str:
    """A steward of AAA, whose year is published, with an instrument that can be booked."""
    story = make_story()
    scored(story, _at_once)
    publicise_round(story.round, actor=story.officer, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    instrument = make_instrument(unit=story.units["AAA"], code="AAA-BOOK")
    return make_steward(instrument, email="guanli@test.example").email


def _at_once(*, execute):
    return TestCase.captureOnCommitCallbacks(execute=execute)


def findings(page) -> list[str]:
    """What axe holds against the page, the grave things alone, each with its first place."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in GRAVE]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_main_pages_have_no_grave_finding(visit, steward_email, language):
    """Light and dark, for visitors and for a steward."""
    bad: dict[str, list[str]] = {}
    for theme in ("light", "dark"):
        visitor = visit(language=language, theme=theme)
        for address in PUBLIC:
            visitor.go(address)
            bad[f"{theme} {address}"] = findings(visitor.page)
        visitor.sign_in(steward_email)
        for address in OWN:
            visitor.go(address)
            bad[f"{theme} {address}"] = findings(visitor.page)
    assert {page: found for page, found in bad.items() if found} == {}


def test_phone_never_scrolls_sideways(visit, steward_email):
    """At 390 pixels the page is as wide as the screen, and a thumb hits what can be pressed."""
    wide = {}
    for language in ("zh-CN", "en"):
        visitor = visit(language=language, width=PHONE, height=844)
        for address in PUBLIC:
            visitor.go(address)
            wide[f"{language} {address}"] = _width(visitor.page)
        visitor.sign_in(steward_email)
        for address in OWN:
            visitor.go(address)
            wide[f"{language} {address}"] = _width(visitor.page)
    assert {page: width for page, width in wide.items() if width > PHONE} == {}


def test_language_is_switched_by_hand(visit, steward_email):
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


def _width(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")
