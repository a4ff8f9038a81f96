"""Instruments that are used only together, in the browser: said on one page, booked by one press on another."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle
from instruments.terms.models import InstrumentLink
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import make_instrument
from tests.flows.network import make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"), [("zh-CN", 1440, True), ("en", 390, True), ("zh-CN", 390, False)]
)
def test_a_microscope_with_its_stage(visit, language, width, script):
    """The manager names the stage; an engineer sees one price and books both; moved, both move."""
    network = make_network()
    scope = network.instruments["BETA-SEM"]
    make_instrument(unit=scope.unit, code="BETA-STAGE", name_zh="低温样品台", name_en="Cooling stage")
    manager = visit(language=language, width=width, script=script)
    manager.sign_in(network.managers["BETA"].email)
    manager.go("/units/BETA/manage/BETA-SEM/terms/")
    manager.page.locator("#together [name=codes]").fill("beta-stage")
    manager.page.locator("#together button").click()
    expect(manager.page.locator("#together [name=codes]")).to_have_value("BETA-STAGE")
    assert InstrumentLink.objects.get().other.code == "BETA-STAGE"
    assert width_of(manager.page) <= width

    user = visit(language=language, width=width, script=script)
    user.sign_in(network.enterprise.email)

    def good():
        assert width_of(user.page) <= width
        if script:
            assert findings(user.page) == []

    user.go("/instruments/BETA-SEM/")
    expect(user.page.locator("#together a[href*='BETA-STAGE']")).to_have_count(1)
    good()
    user.go(user.page.locator(".card-when a[href*='start=']").first.get_attribute("href"))
    expect(user.page.locator(".quote-sum > div")).to_have_count(3)
    expect(user.page.locator(".quote-sum .total dd")).to_have_text("¥960.00")
    good()
    user.page.locator("#book [name=purpose]").fill("冷冻断口")
    user.page.locator("#book button.btn-primary").click()
    user.page.wait_for_url("**/bundles/**")
    expect(user.page.locator("main ol.row-list > li")).to_have_count(2)
    good()
    one, two = Booking.objects.order_by("instrument__code")
    assert (one.instrument.code, two.instrument.code) == ("BETA-SEM", "BETA-STAGE")
    assert (one.start, one.end, one.state) == (two.start, two.end, "confirmed")
    assert BookingBundle.objects.get().when_lost == "all"

    # The same time is taken now: what is offered is free on both.
    user.go(f"/instruments/BETA-SEM/?start={one.start:%Y-%m-%dT%H:%M:%SZ}&end={one.end:%Y-%m-%dT%H:%M:%SZ}")
    expect(user.page.locator("#quote .care-line")).to_have_count(1)
    good()
