"""Upkeep in the browser: a fault reported by phone, with a photo, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from instruments.upkeep.models import Fault, FaultPhoto
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHOTO = io.BytesIO()
Image.new("RGB", (2400, 1800), (120, 160, 200)).save(PHOTO, "JPEG")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_fault_is_reported_by_phone(visit, language):
    """From one's own booking by touch; the steward's desk has it; repaired, it stands no more where one books."""
    network = make_network()
    day = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    booking = BookingFactory(
        instrument=network.instruments["ALPHA-XRD"], person=network.enterprise, start=at(day, "10:00")
    )
    user = visit(language=language, width=390, height=844, touch=True)
    user.sign_in(network.enterprise.email)
    user.go(f"/bookings/{booking.pk}/")
    user.page.locator("a[href$='/fault/']").tap()
    form = user.page.locator("main form[enctype]")
    expect(form).to_be_visible()
    assert width_of(user.page) <= 390
    assert findings(user.page) == []
    form.locator("[name=severity][value=limited]").tap()
    form.locator("[name=words]").fill("样品台卡住，转动时有异响")
    form.locator("[name=photo]").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": PHOTO.getvalue()}
    )
    form.locator("button.btn-primary").tap()
    user.page.wait_for_url("**/faults/**")
    photo = user.page.locator("img.fault-photo")
    expect(photo).to_be_visible()
    assert photo.evaluate("image => image.naturalWidth") == 1600
    assert width_of(user.page) <= 390
    assert findings(user.page) == []
    assert FaultPhoto.objects.count() == 1

    steward = visit(language=language)
    steward.sign_in(network.steward.email)
    steward.go("/desk/")
    listed = steward.page.locator("#faults li")
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("样品台卡住")
    assert findings(steward.page) == []
    listed.locator("a").first.click()
    steward.page.locator("#acknowledge button").click()
    expect(steward.page.locator(".life li")).to_have_count(2)
    assert findings(steward.page) == []

    user.go("/instruments/ALPHA-XRD/")
    expect(user.page.locator("#faults")).to_contain_text("样品台卡住")
    expect(user.page.locator("#week .care-line")).to_be_visible()
    expect(user.page.locator("#book .care-line")).to_be_visible()
    assert width_of(user.page) <= 390
    assert findings(user.page) == []

    steward.page.locator("#repair summary").click()
    steward.page.locator("#repair [name=outcome]").fill("清理导轨，已试运行")
    steward.page.locator("#repair form button").click()
    expect(steward.page.locator(".life li")).to_have_count(3)
    user.go("/instruments/ALPHA-XRD/")
    expect(user.page.locator("#faults")).to_have_count(0)
    assert Fault.objects.get().state == "repaired"
