"""The week of an instrument in the browser: drawn with the mouse, with the keys alone, by a finger, without script."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from instruments.booking.models import Booking
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory, UsageRecordFactory
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/instruments/ALPHA-XRD/"


@pytest.fixture
def network():
    """The network of the story, with an own booking the day after tomorrow, one elsewhere, and use without booking."""
    made = make_network()
    day = (timezone.localdate() + dt.timedelta(days=3)).isoformat()
    xrd = made.instruments["ALPHA-XRD"]
    made.own = BookingFactory(
        instrument=xrd, person=made.enterprise, start=at(day, "10:00"), end=at(day, "12:00")
    )
    made.elsewhere = BookingFactory(
        instrument=made.instruments["BETA-SEM"],
        person=made.enterprise,
        start=at(day, "14:00"),
        end=at(day, "15:00"),
    )
    made.day = day
    return made


def quarter(page: Page) -> float:
    """How high a quarter of an hour is drawn."""
    return page.evaluate(
        """(() => {
            const day = document.querySelector(".week .day"), week = day.closest("[data-week]");
            const box = day.getBoundingClientRect(), above = parseFloat(getComputedStyle(day).paddingTop);
            return (box.height - above) / (week.dataset.height * 4);
        })()"""
    )


def own_block(page: Page):
    """The own booking on the grid."""
    return page.locator("[data-week] a[data-moves]")


def test_the_mouse_draws_a_time_and_moves_and_stretches_an_own_booking(visit, network):
    visitor = visit(language="en", height=1200)
    visitor.sign_in(network.enterprise.email)
    page = visitor.go(PAGE)
    page.locator("#week").evaluate("week => week.scrollIntoView({ behavior: 'instant' })")
    expect(page.locator(".week a.k-elsewhere")).to_have_count(1)
    row = quarter(page)

    # An hour or more of free time, from its beginning.
    free = page.locator(f".day[data-day='{network.day}'] a.k-free").last
    box = free.bounding_box()
    x = box["x"] + box["width"] / 2
    start = timezone.localtime(dt.datetime.fromisoformat(free.get_attribute("data-start")))
    page.mouse.move(x, box["y"] + row)
    page.mouse.down()
    page.mouse.move(x, box["y"] + row * 3)
    page.mouse.move(x, box["y"] + row * 5 - 3)
    expect(page.locator(".week .drawn")).to_be_visible()
    page.mouse.up()
    expect(page.locator("#booking [name=start_time]")).to_have_value(f"{start:%H:%M}", timeout=30_000)
    drawn = page.locator("#booking [name=end_time]").input_value()
    length = dt.datetime.strptime(drawn, "%H:%M") - dt.datetime.strptime(f"{start:%H:%M}", "%H:%M")
    assert dt.timedelta(minutes=60) <= length <= dt.timedelta(minutes=120)
    expect(page.locator("#quote")).to_be_visible()

    # Onto a time that is over or held the server says what is wrong, and nothing is done.
    page.goto(PAGE)
    page.locator("#week").evaluate("week => week.scrollIntoView({ behavior: 'instant' })")
    block = own_block(page)
    box = block.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + row * 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + row * 2)
    page.mouse.move(x, y + row * 4, steps=3)
    page.mouse.up()
    button = page.locator("#week-moving form button")
    expect(button).to_be_focused()
    assert Booking.objects.get(pk=network.own.pk).start == network.own.start
    assert findings(page) == []
    button.click()
    expect(page.locator("#week-moving")).to_contain_text("Move it back")
    moved = Booking.objects.get(pk=network.own.pk)
    assert (moved.start - network.own.start, moved.end - network.own.end) == (dt.timedelta(hours=1),) * 2

    # Back again: undone by one press.
    page.locator("#week-moving form button").click()
    page.wait_for_load_state()
    assert Booking.objects.get(pk=network.own.pk).start == network.own.start

    # Its lower edge makes it longer.
    page.goto(PAGE)
    page.locator("#week").evaluate("week => week.scrollIntoView({ behavior: 'instant' })")
    box = own_block(page).bounding_box()
    page.mouse.move(x, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.move(x, box["y"] + box["height"] + row)
    page.mouse.move(x, box["y"] + box["height"] + row * 4, steps=3)
    page.mouse.up()
    page.locator("#week-moving form button").click()
    expect(page.locator("#week-moving")).to_contain_text("Move it back")
    assert Booking.objects.get(pk=network.own.pk).end == network.own.end + dt.timedelta(hours=1)


def test_a_time_that_cannot_be_had_is_said_before_anything_is_done(visit, network):
    held = BookingFactory(
        instrument=network.own.instrument, start=network.own.end, end=network.own.end + dt.timedelta(hours=1)
    )
    visitor = visit(language="en", height=1200)
    visitor.sign_in(network.enterprise.email)
    page = visitor.go(PAGE)
    own_block(page).focus()
    page.keyboard.press("m")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#week-moving .care-line")).to_be_visible()
    expect(page.locator("#week-moving form")).to_have_count(0)
    expect(page.locator("#week-moving [data-let-be]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#week-moving .panel")).to_have_count(0)
    assert Booking.objects.get(pk=network.own.pk).start == network.own.start
    assert held.version == 1


def test_the_keys_alone_choose_and_book(visit, network):
    visitor = visit(language="en")
    visitor.sign_in(network.enterprise.email)
    page = visitor.go(PAGE)
    page.locator(f".day[data-day='{network.day}'] a.k-free").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#week-voice")).to_contain_text("Enter chooses")
    before = page.locator(".week .drawn").text_content()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    after = page.locator(".week .drawn").text_content()
    assert after != before
    page.keyboard.press("Enter")
    start, end = after.split("–")
    expect(page.locator("#booking [name=start_time]")).to_have_value(start)
    expect(page.locator("#booking [name=end_time]")).to_have_value(end)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_finger_chooses_and_everything_is_in_the_list(visit, network, language):
    visitor = visit(language=language, width=390, height=844)
    visitor.sign_in(network.enterprise.email)
    page = visitor.go(PAGE)
    assert width_of(page) <= 390
    expect(page.locator("#week-list .k-elsewhere")).to_be_visible()
    row = page.locator("#week-list li.k-free").first
    box = row.locator("a").bounding_box()
    assert box["height"] >= 36
    row.locator("a").click()
    page.wait_for_load_state()
    assert page.locator("#booking [name=start_time]").input_value()


def test_without_script_an_own_booking_is_moved_on_its_page(visit, network):
    visitor = visit(language="en", script=False)
    visitor.sign_in(network.enterprise.email)
    page = visitor.go(PAGE)
    own_block(page).click()
    assert page.url.endswith(f"/bookings/{network.own.pk}/")
    page.go_back()
    page.locator(".week a.k-free").first.click()
    assert page.locator("#booking [name=start_time]").input_value()


def test_what_was_used_without_a_booking_is_drawn(visit, network):
    day = timezone.localdate() - dt.timedelta(days=2)
    xrd = network.own.instrument
    UsageRecordFactory(instrument=xrd, start=at(day.isoformat(), "09:00"), end=at(day.isoformat(), "11:00"))
    visitor = visit(language="en")
    visitor.sign_in(network.enterprise.email)
    page = visitor.go(PAGE)
    page.get_by_text("In use in the seven days before").click()
    expect(page.locator(".week .k-completed")).to_be_visible()
