"""A break-down in the browser: an instrument is stopped in one step, its users answer, and it is repaired."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.upkeep.models import Breakdown, Fault, FaultPhoto
from notices.models import Notice
from tests.browser.test_upkeep import PHOTO
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEEPER, GUESTS = "keeper@test.example", [f"guest{n}@test.example" for n in range(4)]
PAGE = "/instruments/AAA-STOP/breakdown/"
REASON = "真空泵坏了，等配件"


@pytest.fixture
def machine(db):
    """Open around the clock, one station, kept by one who keeps another of the class too."""
    made = make_instrument(code="AAA-STOP", name_zh="扫描电子显微镜", name_en="Scanning electron microscope")
    twin = make_instrument(
        code="AAA-TWIN",
        unit=made.unit,
        instrument_class=made.instrument_class,
        name_zh="台式扫描电镜",
        name_en="Desktop SEM",
    )
    keeper = make_steward(made, email=KEEPER)
    twin.stewardships.create(person=keeper, valid_from=dt.date(2020, 1, 1))
    return made


@pytest.fixture
def bookings(machine) -> list[Booking]:
    """Four guests have it, two hours each, from nine on of the day after tomorrow."""
    morning = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    made = []
    for number, email in enumerate(GUESTS):
        guest = PersonFactory(email=email, language="zh-hans" if number % 2 else "en")
        start = morning + dt.timedelta(hours=2 * number)
        end = start + dt.timedelta(hours=2)
        made.append(perform(guest, request_booking, machine, start=start, end=end, purpose="形貌"))
    return made


def good(page) -> None:
    """Nothing grave for axe, no sideways scroll."""
    assert findings(page) == []
    assert width_of(page) <= page.viewport_size["width"]


@pytest.mark.parametrize(("width", "language"), [(1440, "zh-CN"), (390, "en")])
def test_one_step_there_and_one_back(visit, machine, bookings, width, language):
    """Stopped from the desk with four people hit; nothing typed is lost on the way; who is asked answers by a press."""
    moved, asked, gone, kept = bookings
    touch = {"touch": True} if width == 390 else {}
    keeper = visit(language=language, width=width, **touch)
    keeper.sign_in(KEEPER)
    page = keeper.go("/desk/")
    page.locator("#upkeep > summary").click()
    page.locator("#id_stop_instrument").select_option("AAA-STOP")
    good(page)
    page.locator(".desk-stop button").click()
    page.wait_for_url(f"**{PAGE}")
    form = page.locator("main form")
    form.locator("[name=words]").fill(REASON)
    form.locator("[name=photo]").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": PHOTO.getvalue()}
    )
    last = timezone.localdate(bookings[-1].end)
    form.locator("[name=end_time]").fill("20:00")
    form.locator("[name=end_day]").fill(last.isoformat())
    form.locator("[name=end_day]").dispatch_event("change")
    rows = page.locator("#hits .hit-rows li")
    expect(rows).to_have_count(4)
    good(page)

    # One who books while the page is open is asked about too, and what was said stays said.
    late = PersonFactory(email="late@test.example")
    start = bookings[-1].end
    perform(late, request_booking, machine, start=start, end=start + dt.timedelta(hours=1), purpose="x")
    form.locator("#id_choice_all").select_option("cancel")
    for booking, choice in ((kept, "keep"), (asked, "offer")):
        form.locator(f"select[name^='choice_{booking.pk}']").select_option(choice)
    way = form.locator(f"select[name^='choice_{moved.pk}'] option").nth(1)
    expect(way).to_have_attribute("value", f"way AAA-TWIN 1 {moved.start:%Y-%m-%dT%H:%M:%SZ}")
    form.locator(f"select[name^='choice_{moved.pk}']").select_option(index=1)
    form.locator("button.btn-danger").click()
    expect(rows).to_have_count(5)
    expect(form.locator("[name=words]")).to_have_value(REASON)
    expect(form.locator(f"select[name^='choice_{asked.pk}']")).to_have_value("offer")
    assert not Breakdown.objects.exists()
    good(page)
    form.locator("#id_choice_all").select_option("cancel")
    form.locator("button.btn-danger").click()
    page.wait_for_url("**/faults/**")
    expect(page.locator(".say-success")).to_be_visible()
    good(page)
    assert Fault.objects.get().words == REASON
    assert FaultPhoto.objects.count() == 1
    for booking in bookings:
        booking.refresh_from_db()
    assert (moved.instrument.code, moved.start, moved.state) == ("AAA-TWIN", moved.start, "confirmed")
    assert [one.state for one in (asked, gone, kept)] == ["confirmed", "cancelled", "confirmed"]
    assert Booking.objects.get(person=late).state == "cancelled"
    call_command("verify_availability")

    guest = visit(language=language, width=width, **touch)
    guest.sign_in(GUESTS[1])
    page = guest.go("/me/")
    todo = page.locator("#todo .todos > li")
    expect(todo).to_have_count(1)
    expect(todo).to_contain_text(REASON)
    good(page)
    todo.locator("a.btn").click()
    expect(page.locator(".ways-out form")).not_to_have_count(0)
    good(page)
    page.locator(".ways-out form button").first.click()
    expect(page.locator(".say-success")).to_be_visible()
    expect(page.locator(".ways-out")).to_have_count(0)
    good(page)
    was = asked.start
    asked.refresh_from_db()
    assert (asked.in_doubt, asked.start != was) == ("", True)
    call_command("verify_availability")

    page = keeper.go(f"/faults/{Fault.objects.get().pk}/")
    page.locator("#repair summary").click()
    page.locator("#repair [name=outcome]").fill("换了真空泵")
    good(page)
    page.locator("#repair form button").click()
    expect(page.locator(".life li")).to_have_count(3)
    good(page)
    kept.refresh_from_db()
    assert (kept.state, kept.in_doubt) == ("confirmed", "")
    assert Notice.objects.filter(person=kept.person, kind="booking_stands").count() == 1
    assert Breakdown.objects.get().ended_at is not None
    assert not Booking.objects.holding().filter(kind="maintenance", end__gt=timezone.now()).exists()
    call_command("verify_availability")
