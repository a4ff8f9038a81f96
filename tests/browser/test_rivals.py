"""Two people ask for one time in the browser; one gets it, the other waits in line; it is handed to a colleague."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.models import Booking
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.flows.network import make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("zh-CN", 1440, True), ("en", 390, True), ("en", 1440, False), ("zh-CN", 390, False)],
)
def test_two_ask_and_one_gets_it(visit, language, width, script):
    """Asked for twice, seen side by side, decided once; the loser joins the line, the winner hands it over."""
    network = make_network()
    place = make_instrument(policy={"approval_required": True, "requests_hold_hours": 0})
    steward, colleague = make_steward(place), PersonFactory(home_unit=network.insider.home_unit)
    day = (timezone.localdate() + dt.timedelta(days=4)).isoformat()
    look = {"language": language, "width": width, "height": 900, "script": script, "touch": width == 390}
    one, two = visit(**look), visit(**look)
    for who, person, times in (
        (one, network.enterprise, ("09:00", "11:00")),
        (two, network.insider, ("10:00", "12:00")),
    ):
        who.sign_in(person.email)
        who.go(f"/instruments/{place.code}/")
        who.fill_booking(day, *times, "镍合金晶粒尺寸")
        who.page.wait_for_url("**/bookings/**")
    expect(two.page.locator(".states .state")).to_contain_text(
        "可竞争" if language == "zh-CN" else "beside others"
    )
    assert width_of(two.page) <= width
    lost, won = Booking.objects.order_by("start")

    desk = visit(**look)
    desk.sign_in(steward.email)
    desk.go("/desk/")
    wish = desk.page.locator(f"#w-{won.pk}")
    expect(wish).to_contain_text(str(network.enterprise))
    assert width_of(desk.page) <= width
    if script:
        assert findings(desk.page) == []
    with desk.page.expect_response(lambda answer: answer.request.method == "POST"):
        wish.locator(f"#wa-{won.pk}").click()
    expect(desk.page.locator(f"#w-{lost.pk}")).to_have_count(0)

    one.go("/notices/")
    expect(one.page.locator("main")).to_contain_text("12:00–14:00")
    one.go(f"/bookings/{lost.pk}/")
    one.page.locator(f"a[href*='/instruments/{place.code}/wait/']").click()
    one.page.wait_for_url("**/wait/**")
    expect(one.page.locator("main form button.btn-primary").first).to_be_visible()

    two.go(f"/bookings/{won.pk}/")
    two.act("hand-over", to=colleague.email)
    two.page.wait_for_url("**/me/")
    other = visit(**look)
    other.sign_in(colleague.email)
    other.go(f"/bookings/{won.pk}/")
    expect(other.page.locator("#life-title + *")).to_contain_text(f"{network.insider} → {colleague}")
    assert width_of(other.page) <= width
    if script:
        assert findings(other.page) == []
