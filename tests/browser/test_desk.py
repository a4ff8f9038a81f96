"""The desk in a real browser: keys, refresh in place, the folds of a phone, and the same without script."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory, StewardshipFactory, make_instrument, make_steward
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


def test_the_board_names_half_hours_and_the_day_fits(visit):
    """A full day of fourteen instruments: every name can be read, the page stays low, nothing scrolls sideways."""
    unit, steward, now = None, None, timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(14):
        instrument = make_instrument(code=f"AAA-DAY-{number}", **({"unit": unit} if unit else {}))
        unit = instrument.unit
        if steward is None:
            steward = make_steward(instrument, email=STEWARD)
        else:
            StewardshipFactory(instrument=instrument, person=steward)
        day = now + dt.timedelta(days=1)
        for hour in (9, 12, 15):
            start = day + dt.timedelta(hours=hour)
            BookingFactory(
                instrument=instrument, person=PersonFactory(display_name="乌力吉"), start=start,
                end=start + dt.timedelta(minutes=30),
            )  # fmt: skip
        # Overnight: the axis then has the whole day, of which twelve hours fit the board.
        BookingFactory(
            instrument=instrument, start=day + dt.timedelta(hours=22), end=day + dt.timedelta(hours=26)
        )
        BookingFactory(
            instrument=instrument, state=BookingState.REQUESTED, start=day + dt.timedelta(hours=17),
            end=day + dt.timedelta(hours=18), expires_at=timezone.now() + dt.timedelta(hours=3),
        )  # fmt: skip
    visitor = visit()
    visitor.sign_in(STEWARD)
    page = visitor.go(f"/desk/?day={timezone.localdate() + dt.timedelta(days=1)}")
    cut = page.evaluate(
        """[...document.querySelectorAll(".board a.block .text")].filter((name) => {
            const style = getComputedStyle(name);
            const box = name.getBoundingClientRect(), block = name.closest(".block").getBoundingClientRect();
            return name.textContent === "乌力吉"
                && (style.display === "none" || box.bottom > block.bottom + 1 || name.scrollWidth > name.clientWidth);
        }).length"""
    )
    assert cut == 0
    shown = page.evaluate(
        """(() => {
            const board = document.querySelector(".board"), head = board.querySelector(".who").offsetWidth;
            const hour = board.querySelector(".axis .s13").offsetLeft - board.querySelector(".axis .s1").offsetLeft;
            return [Math.round((board.clientWidth - head) / hour), Math.round(board.scrollLeft / hour)];
        })()"""
    )
    assert shown == [12, 8]
    assert page.evaluate("document.documentElement.scrollHeight") <= 2200
    assert width_of(page) <= 1440
    assert page.locator("#to-decide").bounding_box()["y"] < 500
    assert findings(page) == []
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    assert width_of(page) <= 390
