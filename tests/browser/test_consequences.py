"""What becomes of bookings when an instrument is taken away, as its custodian and the person hit see it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningPeriod
from notices.models import Notice
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitRoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEEPER = "keeper@test.example"
GUEST = "guest@test.example"
STATE = "/units/{0.unit.code}/manage/{0.code}/state/"
TERMS = "/units/{0.unit.code}/manage/{0.code}/terms/"


@pytest.fixture
def instrument(db) -> Instrument:
    """Open around the clock, kept by one who manages its unit too."""
    made = make_instrument(code="AAA-AWAY")
    UnitRoleFactory(unit=made.unit, person=make_steward(made, email=KEEPER))
    return made


@pytest.fixture
def bookings(instrument) -> list[Booking]:
    """Three confirmed bookings of one guest, on the third, fourth and fifth day from now, 09:00 to 11:00."""
    guest = PersonFactory(email=GUEST, language="en")
    morning = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    return [
        BookingFactory(instrument=instrument, person=guest, start=morning + dt.timedelta(days=day))
        for day in (3, 4, 5)
    ]


def good(page) -> None:
    """Nothing grave for axe, no sideways scroll."""
    assert findings(page) == []
    assert width_of(page) <= page.viewport_size["width"]


@pytest.mark.parametrize("width", [390, 1440])
def test_three_bookings_meet_three_fates(visit, instrument, bookings, width):
    """The custodian is asked about each, nothing is lost on the way; the guest reads what was decided and why."""
    kept, moved, cancelled = bookings
    keeper = visit(language="en", width=width)
    keeper.sign_in(KEEPER)
    page = keeper.go(STATE.format(instrument))
    form = page.locator("main form.panel")
    form.locator("[name=state]").select_option("under_repair")
    form.locator("[name=note]").fill("The tube is worn out")
    form.locator("button.btn-primary").click()
    choices = page.locator("#hits li select")
    expect(choices).to_have_count(3)
    form.locator(f"[name='choice_{kept.pk}']").select_option("keep")
    form.locator("button.btn-primary").click()
    expect(choices).to_have_count(3)
    expect(form.locator(f"[name='choice_{kept.pk}']")).to_have_value("keep")
    expect(form.locator("[name=note]")).to_have_value("The tube is worn out")
    assert Instrument.objects.get().state == "in_service"
    good(page)
    form.locator(f"[name='choice_{moved.pk}']").select_option("offer")
    form.locator(f"[name='choice_{cancelled.pk}']").select_option("cancel")
    form.locator("button.btn-primary").click()
    expect(page.locator(".say-success")).to_contain_text("AAA-AWAY is now: Under repair.")
    assert Instrument.objects.get().state == "under_repair"
    states = dict(Booking.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in bookings] == ["confirmed", "confirmed", "cancelled"]

    guest = visit(language="en", width=width)
    guest.sign_in(GUEST)
    page = guest.go("/me/")
    todos = page.locator("#todo .todos > li")
    expect(todos).to_have_count(2)
    for todo, one in zip(todos.all(), (kept, moved), strict=True):
        expect(todo).to_contain_text("The tube is worn out")
        expect(todo.locator("a")).to_have_attribute("href", f"/bookings/{one.pk}/")
    page.locator("#past summary").click()
    expect(page.locator(f"#past a[href='/bookings/{cancelled.pk}/']")).to_be_visible()
    good(page)
    page = guest.go("/notices/")
    expect(page.locator("main")).to_contain_text("The tube is worn out")
    assert Notice.objects.filter(person__email=GUEST).count() == 3
    good(page)
    page = guest.go(f"/bookings/{cancelled.pk}/")
    expect(page.locator("main")).to_contain_text("The tube is worn out")
    good(page)


def test_the_second_tab_is_refused_and_keeps_its_words(visit, instrument):
    """Two tabs of one page: the later one is told what is stored by now, and may save its own after all."""
    keeper = visit(language="en", width=390)
    keeper.sign_in(KEEPER)
    late = keeper.go(STATE.format(instrument))
    early = late.context.new_page()
    early.goto(STATE.format(instrument))
    for page, reason in ((early, "A pump leaks"), (late, "The laser is gone")):
        page.locator("main [name=state]").select_option("suspended")
        page.locator("main [name=note]").fill(reason)
        page.locator("main form.panel button.btn-primary").click()
        page.wait_for_load_state()
    expect(early.locator(".say-success")).to_be_visible()
    expect(late.locator(".overtaken")).to_be_focused()
    expect(late.locator(".overtaken")).to_contain_text("A pump leaks")
    expect(late.locator("main [name=note]")).to_have_value("The laser is gone")
    assert Instrument.objects.get().state_note == "A pump leaks"
    good(late)
    late.locator("main form.panel button.btn-primary").click()
    expect(late.locator(".say-success")).to_be_visible()
    assert Instrument.objects.get().state_note == "The laser is gone"


def test_a_week_from_a_day_to_come(visit, instrument):
    """Mondays alone, 08:00 to 18:00, in forty days: it is announced, and today's week holds until then."""
    keeper = visit(language="en", width=390)
    keeper.sign_in(KEEPER)
    page = keeper.go(TERMS.format(instrument))
    form = page.locator("#opening form")
    for field in form.locator(".week-table input").all():
        field.fill("")
    monday = form.locator(".week-day").first.locator("input")
    monday.nth(0).fill("08:00")
    monday.nth(1).fill("18:00")
    first = timezone.localdate() + dt.timedelta(days=40)
    form.locator("[name=valid_from]").fill(first.isoformat())
    form.locator("button.btn-primary").click()
    expect(page.locator("#opening .said-here")).to_contain_text("The opening hours are saved.")
    expect(page.locator("#opening .row-list")).to_contain_text("08:00–18:00")
    expect(page.locator("#opening .week-day").last.locator("input").nth(1)).to_have_value("24:00")
    coming = OpeningPeriod.objects.filter(instrument=instrument, valid_from=first)
    assert list(coming.values_list("weekday", "opens", "closes")) == [(0, 480, 1080)]
    good(page)
