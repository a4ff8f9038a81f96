"""Public holidays and shifted working days, which opening hours keep where they say so. 2026 as ordered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from folding.times import LOCAL
from instruments.booking.actions.requests import request_booking
from instruments.booking.errors import RulesBroken
from instruments.booking.queries.availability import free
from instruments.inventory.errors import InvalidInstrument
from instruments.terms.actions.holidays import set_holiday
from instruments.terms.actions.terms import set_opening
from instruments.terms.models import Holiday, OpeningPeriod
from instruments.terms.queries.opening import clock_hours, opening_of, openings_of
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.opening import WeeklyPeriod, open_hours, open_intervals
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer
from tests.instruments.inventory.test_inventory import client_of

pytestmark = pytest.mark.django_db

APRIL = dt.datetime(2026, 4, 1, tzinfo=LOCAL)  # a Wednesday
MAY = dt.datetime(
    2026, 5, 1, tzinfo=LOCAL
)  # a Friday, the first of five days off; Saturday the 9th is worked
WEEKS = Interval(MAY, MAY + dt.timedelta(days=14))
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def in_april():
    """Before any of it."""
    with time_machine.travel(APRIL, tick=False):
        yield


@pytest.fixture
def instrument():
    """Monday to Friday 08:00 to 20:00, keeping holidays."""
    made = make_instrument(workdays=(8, 20))
    OpeningPeriod.objects.filter(instrument=made).update(keeps_holidays=True)
    return made


def days(intervals) -> list[int]:
    """The days of May on which something is open."""
    return [one.start.astimezone(LOCAL).day for one in intervals]


def test_days_off_and_shifted_working_days(instrument):
    """1 to 5 May are off, Saturday the 9th is worked like a Monday; who keeps none goes by the week."""
    usual = make_instrument(workdays=(8, 20))
    assert days(opening_of(instrument, WEEKS)) == [6, 7, 8, 9, 11, 12, 13, 14]
    assert days(opening_of(usual, WEEKS)) == [1, 4, 5, 6, 7, 8, 11, 12, 13, 14]
    with CaptureQueriesContext(connection) as queries:
        both = openings_of([instrument.pk, usual.pk], WEEKS)
    assert len(queries) == 1
    # Eight days and ten of twelve hours.
    assert (both[instrument.pk].hours, both[usual.pk].hours) == (Decimal("96.00"), Decimal("120.00"))
    assert clock_hours(instrument) == clock_hours(usual)


def test_each_period_by_itself():
    """What keeps no holidays stays; a working day has the hours of the weekday it is worked like."""
    week = [
        WeeklyPeriod(4, 480, 720, keeps_holidays=True),
        WeeklyPeriod(4, 780, 840),
        WeeklyPeriod(0, 540, 600),
    ]
    friday = Interval(MAY, MAY + DAY)
    holidays = {MAY.date(): None, (MAY + DAY).date(): 4}
    assert [one.length for one in open_intervals(week, (), friday, holidays)] == [dt.timedelta(hours=1)]
    saturday = Interval(MAY + DAY, MAY + 2 * DAY)
    assert open_hours(week, (), saturday, holidays) == Decimal("4.00")
    assert open_hours(week, (), saturday) == Decimal("0.00")


def test_booking_and_free_time_obey(instrument):
    """Closed on the holiday, open on the Saturday that is worked."""
    person = PersonFactory()
    holiday, worked = MAY + dt.timedelta(hours=9), MAY + 8 * DAY + dt.timedelta(hours=9)
    hour = dt.timedelta(hours=1)
    with pytest.raises(RulesBroken) as refused:
        perform(person, request_booking, instrument, start=holiday, end=holiday + hour, purpose="断口")
    assert [(one.rule, one.required, one.owner) for one in refused.value.problems] == [
        ("holiday", "劳动节", "law")
    ]
    sunday = MAY + 9 * DAY + dt.timedelta(hours=9)
    with pytest.raises(RulesBroken) as refused:
        perform(person, request_booking, instrument, start=sunday, end=sunday + hour, purpose="断口")
    assert [(one.rule, one.owner) for one in refused.value.problems] == [("closed", "instrument")]
    assert perform(person, request_booking, instrument, start=worked, end=worked + hour, purpose="断口")
    assert free(instrument, MAY, MAY + 5 * DAY) == []


def entered(actor, holiday=None, **more):
    """One day, entered or changed."""
    said = {"day": dt.date(2027, 2, 6), "works_like": None, "name_zh": "春节", "name_en": "Spring Festival"}
    return perform(actor, set_holiday, holiday, **said | more)


def test_an_officer_enters_days_that_lie_ahead():
    """With what it was on record; a day twice, one that is over, an older version, no right: nothing changes."""
    officer = make_officer()
    row = entered(officer)
    assert entered(officer, row, works_like=5).version == 2
    entry = Entry.objects.order_by("-sequence").first()
    assert (entry.verb, entry.before["works_like"], entry.after["works_like"]) == (
        "instruments.holiday.set",
        None,
        5,
    )
    count = Entry.objects.count()
    assert entered(officer, row, works_like=5).version == 2
    with pytest.raises(ValidationError):
        entered(officer)
    with pytest.raises(ValidationError):
        entered(officer, day=dt.date(2027, 2, 7), works_like=7)
    with pytest.raises(InvalidInstrument):
        entered(officer, day=dt.date(2026, 3, 31))
    with pytest.raises(InvalidInstrument):
        entered(officer, Holiday.objects.get(day=dt.date(2026, 1, 1)))
    with pytest.raises(StaleVersion):
        entered(officer, row, seen=1)
    assert Entry.objects.count() == count
    with pytest.raises(NotAllowed):
        entered(make_manager(make_instrument().unit), day=dt.date(2027, 2, 8))
    assert Holiday.objects.filter(day__year=2027).count() == 1


def test_an_officer_enters_them_in_the_admin(client):
    """The page saves by the action, and shows what it refuses with what was typed."""
    client.force_login(make_officer(is_staff=True))
    address = reverse("admin:instruments_holiday_add")
    typed = {"day": "2027-10-01", "works_like": "", "name_zh": "国庆节", "name_en": "National Day"}
    assert client.post(address, typed).status_code == 302
    assert Holiday.objects.get(day=dt.date(2027, 10, 1)).works_like is None
    assert client.post(address, typed).status_code == 200
    assert client.post(address, {**typed, "day": "2026-02-14"}).context["adminform"].form.errors.keys() == {
        "day"
    }
    assert client.get(reverse("admin:instruments_holiday_changelist")).status_code == 200


def test_the_week_says_whether_it_keeps_holidays(instrument):
    """By one tick for the whole week, on record; past weeks stay as they were."""
    client = client_of(make_steward(instrument))
    page = reverse("instruments:terms", args=[instrument.unit.code, instrument.code])
    assert client.get(page).context["week"]["keeps_holidays"].value() is True
    sent = {"day_0_0_opens": "08:00", "day_0_0_closes": "20:00"}
    address = reverse("instruments:set_opening", args=[instrument.unit.code, instrument.code])
    assert client.post(address, sent).status_code == 302
    now = OpeningPeriod.objects.filter(instrument=instrument, valid_to=None)
    assert list(now.values_list("weekday", "keeps_holidays")) == [(0, False)]
    assert client.post(address, {**sent, "keeps_holidays": "on"}).status_code == 302
    assert list(now.values_list("weekday", "keeps_holidays")) == [(0, True)]
    week = [WeeklyPeriod(0, 480, 1200, keeps_holidays=True)]
    before = Entry.objects.count()
    perform(make_steward(instrument), set_opening, instrument, week)
    assert Entry.objects.count() == before
