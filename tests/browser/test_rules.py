"""The rules of a unit in the browser: set by its manager, met by a researcher, excepted from by a steward."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.models import Booking
from instruments.terms.models import BookingPolicy
from tests.browser.visitor import findings, width_of
from tests.factories.members import make_manager
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"), [("zh-CN", 1440, True), ("en", 390, True), ("zh-CN", 390, False)]
)
def test_rules_from_the_unit_to_an_exception(visit, language, width, script):
    """Set on one page, told on the instrument's, all told at once where they are broken; a steward may except."""
    network = make_network()
    instrument = network.instruments["ALPHA-XRD"]
    instrument.policy.delete()
    manager = make_manager(instrument.unit)
    visitor = visit(language=language, width=width, script=script)
    visitor.sign_in(manager.email)
    visitor.go(f"/units/{instrument.unit.code}/manage/rules/")
    assert width_of(visitor.page) <= width
    assert not script or findings(visitor.page) == []
    form = visitor.page.locator("main form.panel")
    for name, value in (
        ("longest_minutes", "60"),
        ("buffer_after_minutes", "30"),
        ("person_day_hours", "1"),
        ("peak_longest_minutes", "45"),
    ):
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=nights]").select_option("closed")
    form.locator("button.btn-primary").click()
    expect(visitor.page.locator(".say").first).to_be_visible()
    assert BookingPolicy.objects.get(unit=instrument.unit).nights == "closed"

    day = (timezone.localdate() + dt.timedelta(days=3)).isoformat()
    researcher = visit(language=language, width=width, script=script)
    researcher.sign_in(network.enterprise.email)
    researcher.go("/instruments/ALPHA-XRD/")
    expect(researcher.page.locator("ul.plain li").filter(has_text="22:00")).to_be_visible()
    researcher.fill_booking(day, "10:00", "13:00", "物相分析")
    rows = researcher.page.locator(".refused tbody tr")
    expect(rows.filter(has_text="3")).not_to_have_count(0)
    assert rows.count() >= 2
    owner = "单位规则" if language == "zh-CN" else "rule of the unit"
    expect(rows.first).to_contain_text(owner)
    assert width_of(researcher.page) <= width
    assert not script or findings(researcher.page) == []
    assert Booking.objects.count() == 0

    steward = visit(language=language, width=width, script=script)
    steward.sign_in(network.steward.email)
    steward.go("/instruments/ALPHA-XRD/")
    book = steward.page.locator("#book form")
    book.locator("[name=whom]").fill(network.enterprise.email)
    book.locator("[name=waive]").fill("样品易变质")
    steward.fill_booking(day, "10:00", "13:00", "物相分析")
    steward.page.wait_for_url("**/bookings/**")
    expect(steward.page.locator("main")).to_contain_text("样品易变质")
    assert Booking.objects.get().start == at(day, "10:00")
