"""A series in the browser: asked for, seen whole, decided on as one, given back; then followed in a calendar."""

from __future__ import annotations

import datetime as dt

import pytest
import vobject
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def states() -> list[str]:
    """The states of all bookings of the series, in order."""
    return list(Booking.objects.exclude(series=None).order_by("start").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("language", "width", "script"), [("zh-CN", 1440, True), ("en", 390, True), ("zh-CN", 390, False)]
)
def test_a_series_from_its_wish_to_its_end(visit, language, width, script):
    """Three weeks asked for, one is taken and left out; approved at once by the steward; the last given back."""
    network = make_network()
    day = timezone.localdate() + dt.timedelta(days=3)
    taken = (day + dt.timedelta(days=7)).isoformat()
    BookingFactory(instrument=network.instruments["ALPHA-XRD"], start=at(taken, "10:00"))
    visitor = visit(language=language, width=width, script=script)
    visitor.sign_in(network.enterprise.email)
    visitor.go("/instruments/ALPHA-XRD/")
    form = visitor.page.locator("#book form")
    form.locator("details summary").click()
    form.locator("[name=repeat]").select_option("weekly")
    form.locator("[name=times]").fill("3")
    visitor.fill_booking(day.isoformat(), "10:00", "12:00", "物相分析")
    rows = visitor.page.locator("main ol.row-list > li")
    expect(rows).to_have_count(3)
    assert Booking.objects.exclude(series=None).count() == 0
    assert width_of(visitor.page) <= width
    expect(rows.nth(1)).to_contain_text("10:00")
    assert not script or findings(visitor.page) == []
    visitor.page.locator("[name=mode]").click()
    visitor.page.wait_for_url("**/bookings/**")
    address = visitor.page.url.partition("#")[0]
    assert not script or findings(visitor.page) == []
    assert states() == [BookingState.REQUESTED] * 2

    steward = visit(language=language, width=width, script=script)
    steward.sign_in(network.steward.email)
    steward.go("/desk/")
    expect(steward.page.locator("#to-decide .wish")).to_have_count(1)
    steward.page.locator("#to-decide [data-act=approve]").click()
    expect(steward.page.locator(".say").first).to_contain_text("2")
    expect(steward.page.locator("#to-decide .wish")).to_have_count(0)
    assert states() == [BookingState.CONFIRMED] * 2

    visitor.go(address)
    visitor.page.locator("#series li a").last.click()
    rest = visitor.page.locator("#series details").last
    rest.locator("summary").click()
    rest.locator("[name=reason]").fill("样品用完了")
    rest.locator("form button").click()
    expect(visitor.page.locator(".say").first).to_contain_text("1")
    assert states() == [BookingState.CONFIRMED, BookingState.CANCELLED]

    visitor.go("/me/calendars/")
    visitor.page.locator("main form button").first.click()
    follow = visitor.page.locator("#made-calendar").input_value()
    told = visitor.page.request.get("/" + follow.split("/", 3)[3])
    calendar = vobject.readOne(told.text())
    found = sorted(one.status.value for one in calendar.contents["vevent"])
    assert found == ["CANCELLED", "CONFIRMED"]
