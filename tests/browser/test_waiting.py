"""Wait lists in the browser: refused, joined, offered, booked by one press; and passed on where nobody answers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from changes import perform
from instruments.booking.actions.sweeps import expire_requests
from instruments.booking.models import Booking
from instruments.waiting.actions.wishes import Wanted, wait_for_time
from instruments.waiting.models import WaitEntry
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory, make_instrument
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = {"purpose_kind": "research", "purpose": "候补", "companion": ""}
WIDTHS = {1440: 900, 390: 844}


@pytest.fixture
def day():
    """A day some days ahead, as forms name it."""
    return (timezone.localdate() + dt.timedelta(days=4)).isoformat()


def pressed(visitor, button) -> None:
    """Press a button that sends a form, by touch where there is one; wait for what it leads to."""
    with visitor.page.expect_response(lambda answer: answer.request.method == "POST"):
        button.click()
    visitor.page.wait_for_load_state()


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [
        ("zh-CN", 1440, True),
        ("en", 1440, True),
        ("zh-CN", 390, True),
        ("en", 390, True),
        ("zh-CN", 390, False),
        ("en", 1440, False),
    ],
)
def test_refused_joined_offered_booked(visit, day, language, width, script):
    """Somebody has the slot; one press to wait; they give it back; one press to have it."""
    network, instrument = make_network(), make_instrument()
    taken = BookingFactory(
        instrument=instrument, person=network.insider, start=at(day, "09:00"), end=at(day, "11:00")
    )
    look = {"language": language, "width": width, "height": WIDTHS[width], "script": script}
    user = visit(**look, touch=width == 390)
    user.sign_in(network.enterprise.email)
    user.go(f"/instruments/{instrument.code}/")
    user.fill_booking(day, "09:00", "11:00", "镍合金晶粒尺寸")
    join = user.page.locator("#wait-for button")
    expect(join).to_be_visible()
    assert width_of(user.page) <= width
    pressed(user, join)
    user.page.wait_for_url("**/me/waiting/")
    expect(user.page.locator("[id^=wish-]")).to_contain_text("镍合金晶粒尺寸")
    assert width_of(user.page) <= width
    if script:
        assert findings(user.page) == []

    other = visit(**look)
    other.sign_in(network.insider.email)
    other.go(f"/bookings/{taken.pk}/")
    other.act("cancel", reason="样品没到")

    user.go("/me/")
    offer = user.page.locator("[id^=offer-]")
    expect(offer).to_be_visible()
    assert width_of(user.page) <= width
    if script:
        assert findings(user.page) == []
    pressed(user, offer.locator("form[action$='/take/'] button"))
    user.page.wait_for_url("**/bookings/**")
    assert Booking.objects.get(person=network.enterprise).state == "confirmed"
    assert WaitEntry.objects.get().state == "served"
    assert width_of(user.page) <= width
    user.go("/me/")
    expect(user.page.locator("[id^=offer-]")).to_have_count(0)
    expect(user.page.locator(".agenda")).to_contain_text("09:00")


@pytest.mark.parametrize("width", list(WIDTHS))
def test_passed_on(visit, day, width):
    """The first does not answer; the second has it on the page that the notice leads to, and lets it go."""
    network, instrument = make_network(), make_instrument()
    taken = BookingFactory(
        instrument=instrument, person=network.insider, start=at(day, "09:00"), end=at(day, "11:00")
    )
    wanted = Wanted(start=at(day, "09:00"), end=at(day, "11:00"), minutes=120, said=SAID)
    first, second = (
        perform(person, wait_for_time, instrument, wanted)
        for person in (network.enterprise, network.managers["ALPHA"])
    )
    holder = visit(language="en")
    holder.sign_in(network.insider.email)
    holder.go(f"/bookings/{taken.pk}/")
    holder.act("cancel", reason="no sample")
    offer = Booking.objects.get(state="offered")
    assert offer.person == first.person
    expire_requests(offer.expires_at)

    user = visit(language="en", width=width, height=WIDTHS[width], touch=width == 390)
    user.sign_in(second.person.email)
    user.go("/me/")
    link = user.page.locator(".my-notices a[href^='/bookings/']").first
    expect(link).to_contain_text("Free time for you")
    link.click()
    user.page.wait_for_url("**/bookings/**")
    expect(user.page.locator("#take button")).to_be_visible()
    assert width_of(user.page) <= width
    assert findings(user.page) == []
    pressed(user, user.page.locator("#let-go button"))
    expect(user.page.locator("#take")).to_have_count(0)
    assert Booking.objects.filter(state="offered").count() == 0
    user.go("/me/waiting/")
    expect(user.page.locator("#ended summary")).to_be_visible()


def test_a_wish_by_the_form(visit, day):
    """From a full instrument by the form, changed by phone, withdrawn; who keeps the instrument sees it."""
    network = make_network()
    instrument = network.instruments["ALPHA-XRD"]
    for ahead in range(70):
        when = (timezone.localdate() + dt.timedelta(days=ahead)).isoformat()
        BookingFactory(instrument=instrument, start=at(when, "00:00"), end=at(when, "23:59"))
    user = visit(language="en", width=390, height=844, touch=True)
    user.sign_in(network.enterprise.email)
    user.go(f"/instruments/{instrument.code}/")
    user.page.locator(".card-when a.btn-primary").tap()
    form = user.page.locator("main form[method=post]")
    form.locator("[name=purpose]").fill("phase analysis")
    assert width_of(user.page) <= 390
    assert findings(user.page) == []
    pressed(user, form.locator("button.btn-primary"))
    user.page.wait_for_url("**/me/waiting/")
    row = user.page.locator("[id^=wish-]")
    expect(row).to_contain_text("No. 1 in line")

    steward = visit(language="zh-CN")
    steward.sign_in(network.steward.email)
    steward.go("/desk/waiting/")
    expect(steward.page.locator(f"#{instrument.code}")).to_contain_text("phase analysis")
    assert findings(steward.page) == []

    row.locator("a.btn").tap()
    form = user.page.locator("main form[method=post]")
    form.locator("[name=purpose]").fill("stress analysis")
    assert width_of(user.page) <= 390
    pressed(user, form.locator("button.btn-primary"))
    expect(user.page.locator("[id^=wish-]")).to_contain_text("stress analysis")
    pressed(user, user.page.locator("[id^=wish-] form button"))
    expect(user.page.locator("[id^=wish-]")).to_have_count(0)
    assert WaitEntry.objects.get().state == "withdrawn"
