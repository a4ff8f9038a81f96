"""Booking in the browser: a refusal that helps, and everything without script."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from tests.factories.instruments import BookingFactory
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def soon() -> dt.date:
    """A day well within the horizon."""
    return timezone.localdate() + dt.timedelta(days=3)


def test_refused_time_offers_others_that_can_be_booked(visit):
    """The taken time is named; one click on an alternative fills the form; sending books it."""
    network = make_network()
    day = soon().isoformat()
    BookingFactory(instrument=network.instruments["BETA-SEM"], start=at(day, "10:00"))
    visitor = visit()
    visitor.sign_in(network.enterprise.email)
    visitor.go("/instruments/BETA-SEM/")
    visitor.fill_booking(day, "10:00", "12:00", "形貌观察")
    refused = visitor.page.locator(".refused")
    expect(refused).to_contain_text("10:00")
    alternatives = refused.locator("a.slot")
    expect(alternatives).to_have_count(3)
    expect(alternatives.first).to_contain_text("12:00–14:00")
    alternatives.first.click()
    expect(visitor.page.locator("#book [name=start_time]")).to_have_value("12:00")
    visitor.send_booking("形貌观察")
    visitor.page.wait_for_url("**/bookings/**")
    booked = Booking.objects.get(person=network.enterprise)
    assert (booked.state, booked.start) == (BookingState.CONFIRMED, at(day, "12:00"))


def test_everything_works_without_script(visit):
    """Search, request, decide, cancel: forms and links alone."""
    network = make_network()
    day = soon().isoformat()
    visitor = visit(script=False)
    visitor.sign_in(network.enterprise.email)
    visitor.search("衍射")
    visitor.page.locator("main a[href*='/instruments/ALPHA-XRD/']").first.click()
    visitor.fill_booking(day, "10:00", "12:00", "物相分析")
    visitor.page.wait_for_url("**/bookings/**")
    # The form sends to its own place in the page; that fragment outlives the redirect.
    address = visitor.page.url.partition("#")[0]
    booking = Booking.objects.get()
    assert booking.state == BookingState.REQUESTED

    steward = visit(script=False)
    steward.sign_in(network.steward.email)
    steward.go("/desk/")
    steward.act("approve")
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED

    visitor.go(address)
    visitor.act("cancel")
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED
