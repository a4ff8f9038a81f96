"""Movable equipment: its rules, the form that asks for days, where it is used, handed out and brought back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.sweeps import mark_no_shows
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.booking.forms.booking import BookingForm
from instruments.booking.models import Booking
from instruments.inventory.errors import InvalidInstrument
from instruments.terms.actions.policies import set_policy
from instruments.terms.enums import Nights
from instruments.terms.rules.lending import lending_problems
from instruments.terms.rules.limits import PolicyData
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
DAY = 1440
LENDING = {
    "lent_out": True,
    "approval_required": False,
    "shortest_minutes": DAY,
    "longest_minutes": 14 * DAY,
    "step_minutes": DAY,
    "no_show_minutes": DAY,
}
PLACE = {"使用地点": "锡林浩特草原站"}


@pytest.fixture
def meter(db):
    """A field spectrometer that is lent out, open around the clock."""
    return make_instrument(policy=LENDING)


def borrow(place, person, first, last, **more):
    """From the morning of the first day to the end of the last."""
    span = {"start": at(first, 0), "end": at(last + 1, 0)}
    return perform(person, request_booking, place, **span, purpose="样地光谱", **more)


def test_the_rule_alone():
    """Steps of whole days, the whole first day to fetch it, no closed nights."""
    assert lending_problems(DAY, DAY, Nights.ALLOWED) == {}
    assert list(lending_problems(60, 30, Nights.CLOSED)) == ["step_minutes", "no_show_minutes", "nights"]


def test_rules_that_cannot_be_kept_are_refused(meter):
    """At their fields, and nothing is changed."""
    with pytest.raises(InvalidInstrument) as refused:
        perform(make_steward(meter), set_policy, meter, replace(PolicyData(), lent_out=True))
    assert sorted(refused.value.fields) == ["no_show_minutes", "step_minutes"]
    perform(make_steward(meter), set_policy, meter, PolicyData(**LENDING))


def test_whole_days_and_where(meter):
    """Wednesday to Friday; without a place, or from noon, it is refused with both reasons."""
    person = PersonFactory()
    with pytest.raises(RulesBroken) as broken:
        perform(person, request_booking, meter, start=at(2, 12), end=at(4, 0), purpose="样地光谱")
    assert [one.rule for one in broken.value.problems] == ["step", "answer"]
    assert not Booking.objects.exists()
    booked = borrow(meter, person, 2, 4, answers=PLACE)
    assert (booked.start, booked.end) == (at(2, 0), at(5, 0))
    assert booked.answers == [["使用地点", "Where it is used", "锡林浩特草原站"]]


def test_it_is_missed_only_after_the_first_day(meter):
    """Fetched at nine or at noon: nobody is counted as missing before midnight."""
    booked = borrow(meter, PersonFactory(), 2, 4, answers=PLACE)
    assert mark_no_shows(at(2, 23)) == 0
    assert mark_no_shows(at(3, 0)) == 1
    booked.refresh_from_db()
    assert booked.state == BookingState.NO_SHOW


def test_the_form_asks_for_days_alone(meter):
    """A link to three days fills the first and the last; what it sends is those days whole."""
    form = BookingForm(meter, initial=BookingForm.initial_of(at(2, 0), at(5, 0)))
    assert (form["start_time"].is_hidden, form["end_time"].is_hidden) == (True, True)
    assert form["day"].value() == dt.date(2026, 3, 4)
    assert form["end_day"].value() == dt.date(2026, 3, 6)
    assert form.wish == (at(2, 0), at(5, 0))
    one = BookingForm(meter, initial=BookingForm.initial_of(at(2, 0), at(3, 0)))
    assert (one["day"].value(), one["end_day"].value()) == (dt.date(2026, 3, 4), dt.date(2026, 3, 4))
    long = BookingForm(meter, initial=BookingForm.initial_of(at(2, 0), at(9, 0)))
    assert long.wish == (at(2, 0), at(9, 0))


def test_on_the_page(client, meter):
    """The form of the page books it; the keeper hands it out and takes it back in those words."""
    person = PersonFactory()
    client.force_login(person)
    page = client.get(f"/instruments/{meter.code}/").content.decode()
    assert "按整天外借，请写明使用地点。" in page
    asked = next(name for name in BookingForm(meter).fields if name.startswith("ask"))
    sent = {"day": "2026-03-02", "start_time": "00:00", "end_time": "24:00", "end_day": "2026-03-04"}
    said = {"purpose": "样地光谱", "purpose_kind": "research", asked: "锡林浩特草原站"}
    early = client.post(f"/instruments/{meter.code}/book/", sent | said)
    assert early.status_code == 422
    done = client.post(f"/instruments/{meter.code}/book/", sent | said | {"day": "2026-03-03"}, follow=True)
    booked = Booking.objects.get()
    assert (booked.start, booked.end) == (at(1, 0), at(3, 0))
    assert "锡林浩特草原站" in done.content.decode()


def test_handed_out_and_brought_back(client, monday, meter):
    """The words of a visit are those of lending, on the page of the booking."""
    steward = make_steward(meter)
    booked = borrow(meter, PersonFactory(), 1, 2, answers=PLACE)
    monday.move_to(at(1, 9))
    client.force_login(steward)
    page = client.get(f"/bookings/{booked.pk}/").content.decode()
    assert "借出" in page
    assert "签到" not in page.split("<main")[1].split("</main>")[0]
    assert "请在 3月4日 周三 00:00 前领取" in page
    client.post(f"/bookings/{booked.pk}/check-in/", {"version": booked.version})
    out = client.get(f"/bookings/{booked.pk}/").content.decode()
    assert "须在 3月5日 周四 00:00 前归还" in out
    monday.move_to(at(2, 15))
    client.force_login(steward)
    client.post(f"/bookings/{booked.pk}/check-out/", {"version": booked.version + 1})
    booked.refresh_from_db()
    assert booked.state == BookingState.COMPLETED
