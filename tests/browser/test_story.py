"""The whole story through the browser: from a search to the published grade and the report."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pypdf
import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from evaluations.rounds.models import Round
from instruments.booking.models import Booking
from instruments.usage.models import UsageRecord
from tests.flows.network import BUDGET, Network, at, make_network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def next_tuesday() -> dt.date:
    """A Tuesday at least two days ahead: the browser's clock is the real one."""
    today = timezone.localdate()
    return today + dt.timedelta(days=2 + (1 - (today.weekday() + 2)) % 7)


def later(day: dt.date, clock: str):
    """Let the server's clock show that time of that day, and go on from there."""
    return time_machine.travel(at(day.isoformat(), clock), tick=True)


def test_year_from_search_to_report(visit):
    """An enterprise uses the diffractometer; ALPHA is judged excellent and gets the money, as worked by hand.

    2 h booked at 240.00 = 480.00 yuan; 1.50 h count, external: 20.00 of 40 points; 3 tasks 30.00; given 30.00:
    80.00, excellent. BETA has no use: 0.00 + 30.00 + 30.00 = 60.00, good. The budget of 10,000.01 yuan is shared
    as in the story through the API: 7,181.83 and 2,818.18.
    """
    network = make_network()
    day = next_tuesday()
    enterprise = visit()
    book_time(enterprise, network, day)
    booking = Booking.objects.get()
    steward = visit()
    use_time(steward, network, booking, day)
    usage = UsageRecord.objects.get()
    assert (usage.effective_hours, usage.samples, usage.income) == (Decimal("1.50"), 3, Decimal("480.00"))
    assert usage.user_kind == "external"
    read_usage(steward, booking)
    officer = walk_round(visit, network, day.year)
    see_results(visit(), officer, day.year)


def book_time(enterprise, network: Network, day: dt.date) -> None:
    """Search, choose the slot in the week, say what for, send, sign out."""
    enterprise.sign_in(network.enterprise.email)
    enterprise.search("衍射")
    page = enterprise.page
    page.locator("main a[href*='/instruments/ALPHA-XRD/']").first.click()
    page.wait_for_url("**/instruments/ALPHA-XRD/**")
    expect(page.locator("h1")).to_contain_text("X射线衍射仪")
    page.locator("main a.slot").first.click()
    expect(page.locator("#book [name=day]")).not_to_have_value("")
    enterprise.fill_booking(day.isoformat(), "10:00", "12:00", "物相分析")
    page.wait_for_url("**/bookings/**")
    expect(page.locator("main")).to_contain_text("480.00")
    enterprise.sign_out()


def use_time(steward, network: Network, booking: Booking, day: dt.date) -> None:
    """Approve at the desk, check in, check out with the hours that count."""
    steward.sign_in(network.steward.email)
    steward.go("/desk/")
    steward.act("approve")
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    with later(day, "10:00"):
        steward.go(f"/bookings/{booking.pk}/")
        steward.act("check-in")
    with later(day, "12:00"):
        steward.go(f"/bookings/{booking.pk}/")
        steward.act("check-out", effective_hours="1.50", samples="3")
    booking.refresh_from_db()
    assert booking.state == "completed"


def read_usage(steward, booking: Booking) -> None:
    """The hours that count, the samples and the income stand on the booking's page and in the unit's list."""
    main = steward.go(f"/bookings/{booking.pk}/").locator("main")
    for figure in ("1.50", "480.00"):
        expect(main).to_contain_text(figure)
    rows = steward.go("/units/ALPHA/usage/").locator("main")
    for figure in ("1.50", "480.00", "乔工"):
        expect(rows).to_contain_text(figure)


def walk_round(visit, network: Network, year: int):
    """From the draft to the seal: the department, the managers and the judge each on their own page."""
    officer = visit()
    with later(dt.date(year + 1, 1, 4), "09:00"):
        officer.sign_in(network.officer.email)
        page = officer.go("/admin/evaluations/round/add/")
        page.locator("[name=year]").fill(str(year))
        page.locator("[name=scheme]").select_option(str(network.scheme.pk))
        page.locator("[name=first_day]").fill(f"{year}-01-01")
        page.locator("[name=last_day]").fill(f"{year}-12-31")
        page.locator("[name=budget]").fill(str(BUDGET))
        page.locator("[name=collecting_until]").fill(f"{year + 1}-03-31")
        page.locator("[name=_save]").click()
        page.wait_for_load_state()
        round_ = Round.objects.get()
        assert (round_.state, round_.budget) == ("draft", BUDGET)
        officer.go(f"/admin/evaluations/round/{round_.pk}/change/")
        officer.step_round("open")
        for code in network.units:
            manager = visit()
            manager.sign_in(network.managers[code].email)
            form = manager.go(f"/evaluations/{year}/{code}/").locator("form.report-form")
            form.locator("[name=tasks]").fill("3")
            form.locator("button.btn-primary").click()
            manager.page.wait_for_load_state()
        form = officer.go(f"/evaluations/{year}/give/").locator("main form")
        for code in network.units:
            form.locator(f"[name='score:{code}']").fill("30")
            form.locator(f"[name='note:{code}']").fill("材料齐全")
        form.locator("button.btn-primary").first.click()
        officer.page.wait_for_load_state()
        officer.go(f"/admin/evaluations/round/{round_.pk}/change/")
        officer.step_round("snapshot")
    with later(dt.date(year + 1, 4, 1), "09:00"):
        officer.sign_in_again(network.officer.email)
        officer.go(f"/admin/evaluations/round/{round_.pk}/change/")
        officer.step_round("score")
        first = dt.date(year + 1, 5, 10)
        first += dt.timedelta(days=-first.weekday() % 7)  # a Monday
        last = first + dt.timedelta(days=4)
        officer.step_round("publicise", first=first.isoformat(), last=last.isoformat())
    with later(last + dt.timedelta(days=1), "09:00"):
        officer.sign_in_again(network.officer.email)
        officer.go(f"/admin/evaluations/round/{round_.pk}/change/")
        officer.step_round("finalise")
    assert Round.objects.get(pk=round_.pk).state == "final"
    return officer


def see_results(visitor, officer, year: int) -> None:
    """Anybody reads grades and awards; the officer has the report made and downloads it."""
    main = visitor.go(f"/evaluations/{year}/").locator("main")
    for word in ("阿尔法大学", "80.00", "优秀", "7,181.83", "贝塔研究院", "60.00", "良好", "2,818.18"):
        expect(main).to_contain_text(word)
    round_ = Round.objects.get()
    with later(dt.date(year + 1, 6, 1), "09:00"):
        officer.sign_in_again("keji@test.example")
        page = officer.go(f"/admin/evaluations/round/{round_.pk}/change/")
        page.locator("form[action$='/report/pdf/'] button").click()
        page.wait_for_url("**/reports/**")
        link = page.locator("a[href$='/file/']").first
        with page.expect_download() as download:
            link.click()
        text = "".join(
            "".join(part.extract_text() for part in pypdf.PdfReader(download.value.path()).pages).split()
        )
    for figure in ("阿尔法大学", "80.00", "7,181.83", "2,818.18", "10,000.01", round_.digest):
        assert figure in text, figure
