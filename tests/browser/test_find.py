"""The finder in the browser: from a question to a technique, to a slot, to the form that books it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from instruments.booking.models import Booking
from instruments.inventory.models import Instrument, InstrumentClass
from tests.browser.visitor import findings, width_of
from tests.flows.network import make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"), [("zh-CN", 1440, True), ("en", 390, True), ("zh-CN", 390, False)]
)
def test_from_a_question_to_a_booking(visit, language, width, script):
    """Words, the technique, the first slot, and the booking that its form makes."""
    network = make_network()
    xrd = network.instruments["ALPHA-XRD"]
    there = InstrumentClass.objects.get_or_create(
        scheme="nrii",
        code="010301",
        defaults={"name_zh": "X射线衍射仪", "name_en": "X-ray diffractometers", "level": 3},
    )[0]
    Instrument.objects.filter(pk=xrd.pk).update(instrument_class=there)
    visitor = visit(language=language, width=width, script=script)
    visitor.sign_in(network.enterprise.email)
    visitor.go("/find/")
    assert not script or findings(visitor.page) == []
    visitor.page.locator("#find-q").fill("物相 晶体结构" if language == "zh-CN" else "crystal phase")
    visitor.page.locator(".find-ticks button").click()
    ways = visitor.page.locator(".find-questions h3 a")
    expect(ways.first).to_be_visible()
    visitor.go("/find/?technique=xrd")
    assert width_of(visitor.page) <= width
    assert not script or findings(visitor.page) == []
    # Fields stay in their panel, beside each other.
    panel = visitor.page.locator(".find-form").bounding_box()
    fields = visitor.page.locator(".find-row .field").all()
    edges = [(one["x"], one["x"] + one["width"]) for one in (field.bounding_box() for field in fields)]
    assert panel is not None
    assert all(panel["x"] <= left <= right <= panel["x"] + panel["width"] for left, right in edges)
    inputs = visitor.page.locator(".find-row .form-control").all()
    assert all(one.evaluate("e => e.offsetWidth <= e.parentElement.offsetWidth") for one in inputs)
    # The free days of the week stand beside each other, as high as on the catalogue.
    strip = visitor.page.locator(".day-strip").first.bounding_box()
    assert strip is not None
    assert strip["height"] < 60
    slot = visitor.page.locator(".find-slots a").first
    expect(slot).to_contain_text(":")
    slot.click()
    form = visitor.page.locator("#book form")
    form.locator("[name=purpose]").fill("物相分析")
    form.locator("button[type=submit], button:not([type])").first.click()
    visitor.page.wait_for_url("**/bookings/**")
    assert Booking.objects.filter(instrument=xrd).count() == 1
