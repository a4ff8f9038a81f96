"""Sets of bookings in the browser: collected from pages, found as one, booked as one, lost as was chosen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle
from tests.browser.visitor import findings, width_of
from tests.flows.network import make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"), [("zh-CN", 1440, True), ("en", 390, True), ("zh-CN", 390, False)]
)
def test_a_study_on_two_instruments(visit, language, width, script):
    """The microscope, a day later the diffractometer, whose unit declines: the microscope is given back."""
    network = make_network()
    user = visit(language=language, width=width, script=script)
    user.sign_in(network.enterprise.email)

    def good():
        assert width_of(user.page) <= width
        if script:
            assert findings(user.page) == []

    user.go("/basket/")
    expect(user.page.locator(".empty a")).to_have_count(2)
    good()
    for code in ("BETA-SEM", "ALPHA-XRD"):
        user.go(f"/instruments/{code}/")
        user.page.locator("#book button[formaction]").click()
        user.page.wait_for_url("**/basket/")
    steps = user.page.locator(".basket-steps > li")
    expect(steps).to_have_count(2)
    good()
    user.page.locator("[name=step-1-least]").fill("24")
    user.page.locator("[name=step-1-hours]").fill("3")
    user.page.locator("#steps button.btn-primary[value=find]").click()
    expect(user.page.locator("[name=step-1-least]")).to_have_value("24")
    chains = user.page.locator("[name=chain]")
    expect(chains).to_have_count(3)
    good()
    # Nothing said: the form comes back with the reason, and what was chosen stays.
    chains.nth(1).check()
    chosen = chains.nth(1).get_attribute("value")
    user.page.locator("[name=when_lost][value=all]").check()
    book = user.page.locator("#proposals button.btn-primary")
    book.click()
    expect(user.page.locator("#proposals .errors")).to_have_count(1)
    expect(user.page.locator("[name=chain]:checked")).to_have_attribute("value", chosen)
    user.page.locator("#proposals [name=purpose]").fill("稀土萃取残渣")
    good()
    user.page.locator("#proposals button.btn-primary").click()
    user.page.wait_for_url("**/bundles/**")
    parts = user.page.locator("main ol.row-list > li")
    expect(parts).to_have_count(2)
    good()
    first, second = Booking.objects.order_by("start")
    assert (first.instrument.code, second.instrument.code) == ("BETA-SEM", "ALPHA-XRD")
    assert second.start - first.end >= dt.timedelta(hours=24)
    assert second.end - second.start == dt.timedelta(hours=3)
    assert first.start > timezone.now()

    steward = visit(language=language, width=width, script=script)
    steward.sign_in(network.steward.email)
    steward.go(f"/bookings/{second.pk}/")
    expect(steward.page.locator("#set-title")).to_be_visible()
    expect(steward.page.locator(f"main a[href*='{BookingBundle.objects.get().pk}']")).to_have_count(0)
    steward.act("decline", reason="设备检修")
    user.page.reload()
    states = dict(Booking.objects.values_list("instrument__code", "state"))
    assert states == {"BETA-SEM": "cancelled", "ALPHA-XRD": "declined"}
    expect(user.page.locator("main form.panel")).to_have_count(0)
    good()
