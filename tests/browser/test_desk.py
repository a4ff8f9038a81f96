"""The desk in a real browser: keys, refresh in place, the folds of a phone, and the same without script."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STEWARD = "desk@test.example"


@pytest.fixture
def wishes(db) -> list[Booking]:
    """Three requests for the day after tomorrow, on one instrument of one steward."""
    instrument = make_instrument(code="AAA-DESK")
    make_steward(instrument, email=STEWARD)
    morning = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    return [
        BookingFactory(
            instrument=instrument,
            person=PersonFactory(),
            start=morning + dt.timedelta(hours=2 * place),
            end=morning + dt.timedelta(hours=2 * place + 1),
            state=BookingState.REQUESTED,
            expires_at=timezone.now() + dt.timedelta(hours=place + 1),
        )
        for place in range(3)
    ]


def _state(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def test_keys_decide_in_place(visit, wishes):
    first, second, third = wishes
    visitor = visit(language="en-GB")
    visitor.sign_in(STEWARD)
    page = visitor.go("/desk/")
    page.evaluate("window.sameDocument = true")

    page.keyboard.press("a")
    expect(page.locator(f"#w-{first.pk}")).to_be_focused()
    expect(page.locator("#desk-voice")).to_have_text("Press the key once more to do it.")
    assert _state(first) == BookingState.REQUESTED
    page.keyboard.press("a")
    expect(page.locator("#desk-said")).to_contain_text("Approved. The person has been told.")
    assert _state(first) == BookingState.CONFIRMED
    expect(page.locator(f"#w-{second.pk}")).to_be_focused()

    page.keyboard.press("j")
    expect(page.locator(f"#w-{third.pk}")).to_be_focused()
    page.keyboard.press("d")
    reason = page.locator(f"#r-{third.pk}")
    expect(reason).to_be_focused()
    page.keyboard.type("jak full")
    page.evaluate("htmx.trigger('#desk-refresh', 'click')")
    page.wait_for_load_state("networkidle")
    expect(reason).to_have_value("jak full")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#w-{third.pk}")).to_have_count(0)
    declined = Booking.objects.get(pk=third.pk)
    assert (declined.state, declined.reason) == (BookingState.DECLINED, "jak full")
    assert page.evaluate("window.sameDocument") is True


def test_keys_can_be_switched_off_and_stay_off(visit, wishes):
    visitor = visit(language="en-GB")
    visitor.sign_in(STEWARD)
    page = visitor.go("/desk/")
    page.keyboard.press("?")
    expect(page.locator("#desk-help")).to_be_visible()
    page.locator("[data-keys-switch]").click()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("[data-item]:focus")).to_have_count(0)
    expect(page.locator("#desk-keys")).to_contain_text("Single keys are switched off.")


def test_a_refusal_keeps_the_typed_reason(visit, wishes):
    wish = wishes[0]
    visitor = visit(language="en-GB")
    visitor.sign_in(STEWARD)
    page = visitor.go("/desk/")
    Booking.objects.filter(pk=wish.pk).update(version=wish.version + 1)
    page.locator(f"#wd-{wish.pk}").click()
    page.locator(f"#r-{wish.pk}").fill("No room")
    with page.expect_navigation():
        page.locator(f"#r-{wish.pk}").press("Enter")
    assert page.url.endswith(f"/bookings/{wish.pk}/decline/")
    expect(page.locator("main")).to_contain_text("No room")
    assert _state(wish) == BookingState.REQUESTED


def test_phones_get_folds_without_script_too(visit, wishes):
    for script in (True, False):
        visitor = visit(language="en-GB", width=390, script=script)
        visitor.sign_in(STEWARD)
        page = visitor.go(f"/desk/?day={timezone.localdate(wishes[0].start)}")
        expect(page.locator(".board")).not_to_be_visible()
        fold = page.locator("#f-AAA-DESK")
        fold.locator("summary").click()
        expect(fold.locator("ol > li").first).to_be_visible()
        expect(page.locator("#desk-keys")).not_to_be_visible()
    page = visitor.page
    page.locator(f"#wa-{wishes[0].pk}").click()
    page.wait_for_load_state()
    assert _state(wishes[0]) == BookingState.CONFIRMED
