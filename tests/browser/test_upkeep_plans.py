"""Plans of upkeep in the browser: made, planned, done; a calibration that people read; blocks that come again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.models import Booking
from instruments.upkeep.models import UpkeepDone, UpkeepPlan
from tests.browser.test_breakdown import good
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import UnitRoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEEPER = "keeper@test.example"


@pytest.fixture
def machine(db):
    """Open around the clock; its steward manages the unit too."""
    made = make_instrument(code="AAA-KEEP", name_zh="气相色谱仪", name_en="Gas chromatograph")
    UnitRoleFactory(unit=made.unit, person=make_steward(made, email=KEEPER))
    return made


@pytest.mark.parametrize(("width", "language"), [(1440, "zh-CN"), (390, "en")])
def test_a_calibration_from_its_plan_to_its_certificate(visit, machine, width, language):
    """Planned into free time from the due list, recorded with its certificate; people read it on the instrument."""
    keeper = visit(language=language, width=width)
    keeper.sign_in(KEEPER)
    page = keeper.go("/instruments/AAA-KEEP/")
    page.locator(".keeper-links a[href$='/upkeep/']").click()
    good(page)
    form = page.locator("#new")
    form.locator("[name=kind]").select_option("calibration")
    form.locator("[name=title]").fill("年度检定")
    form.locator("[name=every]").fill("12")
    long_ago = timezone.localdate() - dt.timedelta(days=400)
    form.locator("[name=begins_on]").fill(long_ago.isoformat())
    form.locator("[name=preferred_time]").fill("13:30")
    form.locator("button.btn-primary").click()
    page.wait_for_url("**/upkeep/*/")
    good(page)
    page = keeper.go("/instruments/AAA-KEEP/")
    expect(page.locator("main > .wrap > .calibration.care-line")).to_be_visible()
    expect(page.locator("#book .calibration")).to_be_visible()
    good(page)
    page = keeper.go(f"/units/{machine.unit.code}/manage/upkeep/")
    expect(page.locator(".plan-rows li")).to_have_count(1)
    good(page)
    page.locator(".plan-rows a").first.click()
    page.locator("#book summary").click()
    good(page)
    page.locator("#book .ways-out button").first.click()
    expect(page.locator(".say-success")).to_be_visible()
    booking = Booking.objects.get(kind="maintenance")
    assert timezone.localtime(booking.start).strftime("%H:%M") == "13:30"
    page.locator("#done summary").click()
    page.locator("#done [name=certificate]").fill("NM-2026-0113")
    page.locator("#done [name=agency]").fill("内蒙古自治区计量测试研究院")
    until = timezone.localdate() + dt.timedelta(days=364)
    page.locator("#done [name=valid_until]").fill(until.isoformat())
    good(page)
    page.locator("#done form button").click()
    expect(page.locator(".say-success")).to_be_visible()
    good(page)
    assert UpkeepDone.objects.get().certificate == "NM-2026-0113"
    page = keeper.go("/instruments/AAA-KEEP/")
    expect(page.locator("main .calibration")).to_have_count(1)
    expect(page.locator("main .calibration")).to_contain_text("NM-2026-0113")
    good(page)
    page = keeper.go(f"/upkeep/{UpkeepPlan.objects.get().pk}/")
    page.locator("#end summary").click()
    page.locator("#end form button").click()
    expect(page.locator(".say-success")).to_be_visible()
    good(page)


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "zh-CN")])
def test_blocks_that_come_again(visit, machine, width, language):
    """Four weeks, one of them taken: every time is shown with who has it, then what is free is held."""
    start = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    BookingFactory(instrument=machine, start=start + dt.timedelta(days=7))
    keeper = visit(language=language, width=width)
    keeper.sign_in(KEEPER)
    page = keeper.go("/instruments/AAA-KEEP/upkeep/repeat/")
    form = page.locator("main form")
    form.locator("[name=reason]").fill("更换衬管")
    form.locator("[name=day]").fill(start.date().isoformat())
    form.locator("[name=start_time]").fill("14:00")
    form.locator("[name=end_time]").fill("15:00")
    form.locator("[name=times]").fill("4")
    good(page)
    form.locator("button:not([name])").click()
    expect(page.locator("main form ol li")).to_have_count(4)
    good(page)
    assert Booking.objects.count() == 1
    page.locator("button[name=mode]").click()
    expect(page.locator(".say-success")).to_be_visible()
    assert Booking.objects.filter(kind="maintenance", purpose="更换衬管").count() == 3
    good(page)
    call_command("verify_availability")
