"""Days and times of the 24-hour clock: what is offered, what is kept, what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.utils import translation

from instruments.booking.forms.acts import MaintenanceForm, MoveForm
from instruments.booking.forms.booking import BookingForm
from instruments.booking.forms.clock import ClockField, clock, clock_label
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def offered(form, name):
    """The values of a select, in order."""
    return [key for key, _label in form.fields[name].widget.choices]


@pytest.mark.parametrize(
    ("text", "minutes"), [("00:00", 0), ("9:05", 545), ("14:00", 840), ("14:00:00", 840), ("24:00", 1440)]
)
def test_a_time_is_minutes_after_midnight(text, minutes):
    """Seconds of older browsers are read over."""
    assert ClockField(latest=2880).clean(text) == minutes


@pytest.mark.parametrize("text", ["", "2 PM", "14", "14:60", "49:00", "24:01", "-1:00", "x"])
def test_anything_else_is_refused(text):
    """No half-hours of an English afternoon."""
    with pytest.raises(forms.ValidationError):
        ClockField(latest=1440).clean(text)


def test_the_next_day_is_said():
    """Up to 24:00 it is the same day."""
    assert (clock(1440), clock(1560)) == ("24:00", "26:00")
    with translation.override("en"):
        assert (clock_label(1440), clock_label(1560)) == ("24:00", "next day 02:00")


def test_only_what_the_hours_allow_is_offered():
    """Open 08:00 to 20:00 in steps of half an hour; the days up to the horizon; a linked time is one more option."""
    instrument = make_instrument(workdays=(8, 20), policy={"horizon_days": 7})
    form = BookingForm(instrument, initial=BookingForm.initial_of(at(1, 7, 15), at(1, 9)))
    assert (offered(form, "start_time")[0], offered(form, "start_time")[-1]) == ("08:00", "19:30")
    assert (offered(form, "end_time")[0], offered(form, "end_time")[-1]) == ("08:30", "20:00")
    assert offered(form, "day") == [f"2026-03-{day:02d}" for day in range(2, 10)]
    assert 'value="07:15" selected' in str(form["start_time"])
    assert 'type="date"' not in form.as_p()
    assert 'type="time"' not in form.as_p()


def test_nothing_is_chosen_for_the_reader():
    """Without a time the fields are empty, not the first hour."""
    form = BookingForm(make_instrument(workdays=(8, 20)), initial={"day": dt.date(2026, 3, 3)})
    assert '<option value="" selected>–</option>' in str(form["start_time"])
    assert form.wish is None


def test_an_interval_comes_back_as_it_went_in():
    """Within a day, to midnight, over a night, and over several days."""
    long = make_instrument(policy={"longest_minutes": 3 * 1440})
    for start, end in (
        (at(1, 9), at(1, 11)),
        (at(1, 22), at(2, 0)),
        (at(1, 22), at(2, 6)),
        (at(1, 9), at(4, 9)),
    ):
        assert BookingForm(long, initial=BookingForm.initial_of(start, end)).wish == (start, end)
        upkeep = MaintenanceForm(initial=MaintenanceForm.initial_of(start, end))
        assert upkeep.wish == (start, end)
    booking = BookingFactory(instrument=make_instrument(), start=at(1, 22), end=at(2, 6))
    assert MoveForm(booking, initial=MoveForm.initial_of(booking.start, booking.end)).wish == (
        at(1, 22),
        at(2, 6),
    )


@pytest.mark.parametrize(
    ("end", "last", "wrong"),
    [
        ("09:00", "", "end_time"),
        ("08:00", "", "end_time"),
        ("08:00", "2026-03-03", "end_day"),
        ("08:00", "2026-03-04", None),
    ],
)
def test_upkeep_ends_on_another_day_only_where_it_is_named(end, last, wrong):
    """09:00 to 09:00 is no 24 hours, 09:00 to 08:00 no 23."""
    form = MaintenanceForm(
        {"day": "2026-03-03", "start_time": "09:00", "end_time": end, "end_day": last, "reason": "换灯丝"}
    )
    assert list(form.errors) == ([wrong] if wrong else [])
    if wrong is None:
        assert form.interval() == (at(1, 9), at(2, 8))
