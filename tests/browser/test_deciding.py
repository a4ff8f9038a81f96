"""Several requests decided on at once, on the desk in the browser."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.models import Booking
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory
from tests.flows.network import at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("zh-CN", 1440, True), ("en", 390, True), ("zh-CN", 390, False), ("en", 1440, False)],
)
def test_ticked_and_approved_then_declined(visit, language, width, script):
    """Two of three are approved by one press, the last stays; then two more are declined with one reason."""
    network = make_network()
    instrument = network.instruments["ALPHA-XRD"]
    rows = [
        BookingFactory(
            instrument=instrument,
            person=network.enterprise,
            state="requested",
            start=at((timezone.localdate() + dt.timedelta(days=ahead)).isoformat(), "10:00"),
        )
        for ahead in (2, 3, 4, 5)
    ]
    steward = visit(language=language, width=width, height=900, script=script)
    steward.sign_in(network.steward.email)
    steward.go("/desk/")
    page = steward.page
    assert width_of(page) <= width
    if script:
        assert findings(page) == []
    for row in rows[:2]:
        page.locator(f"#w-{row.pk} [name=chosen]").check()
    page.locator("#decide-many > button").click()
    expect(page.locator(".wish")).to_have_count(2)
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["confirmed"] * 2 + ["requested"] * 2
    for row in rows[2:]:
        page.locator(f"#w-{row.pk} [name=chosen]").check()
    page.locator("#decide-many summary").click()
    page.locator("#decide-many [name=reason]").fill("样品不合适")
    assert width_of(page) <= width
    page.locator("#decide-many .btn-danger").click()
    expect(page.locator(".wish")).to_have_count(0)
    assert set(Booking.objects.filter(state="declined").values_list("reason", flat=True)) == {"样品不合适"}
    assert width_of(page) <= width
