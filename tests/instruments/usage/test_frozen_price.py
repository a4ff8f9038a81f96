"""What was agreed at booking is paid, whatever the price list says by the day of the visit or of its end."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from changes import perform
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.sweeps import end_forgotten_visits
from instruments.booking.actions.visit import check_in, check_out
from instruments.terms.actions.terms import set_rate
from instruments.terms.queries.rates import quotes
from instruments.usage.models import UsageRecord
from tests.factories.instruments import make_steward
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2026, 3, day) for day in (2, 3, 4))
# 240 yuan an hour, Wednesday 09:00 to 12:00.
AGREED = Decimal("720.00")


@pytest.fixture
def booking(xrd, engineer):
    """A request for Wednesday, 720 yuan."""
    return perform(engineer, request_booking, xrd, start=at(2, 9), end=at(2, 12), purpose="相分析")


@pytest.mark.parametrize("begins", [[MONDAY], [TUESDAY], [WEDNESDAY], [MONDAY, TUESDAY, WEDNESDAY]])
@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("approved_after", [False, True])
def test_a_new_rate_between_booking_and_check_out_changes_nothing(
    xrd, steward, engineer, booking, monday, begins, forgotten, approved_after
):
    """From the day of booking, from between, from the very day of the visit; before and after the approval."""
    if not approved_after:
        booking = perform(steward, approve_booking, booking)
    for place, day in enumerate(begins):
        perform(steward, set_rate, xrd, "enterprise", Decimal(1000 + place), day)
    if approved_after:
        booking = perform(steward, approve_booking, booking)
    assert quotes(xrd, engineer, [(at(2, 9), at(2, 12))])[0].price == 3 * Decimal(1000 + len(begins) - 1)
    monday.move_to(at(2, 9))
    booking = perform(engineer, check_in, booking)
    perform(steward, set_rate, xrd, "enterprise", Decimal(5), WEDNESDAY)
    monday.move_to(at(4, 9) if forgotten else at(2, 12))
    if forgotten:
        assert end_forgotten_visits(at(4, 9)) == 1
    else:
        perform(engineer, check_out, booking)
    booking.refresh_from_db()
    assert (booking.price, booking.yuan_per_hour) == (AGREED, Decimal("240.00"))
    assert UsageRecord.objects.get().income == AGREED


def test_whoever_moves_agrees_to_the_price_of_the_new_time(xrd, steward, engineer, booking, monday):
    """The control: a move quotes anew, and that is then what is paid."""
    booking = perform(steward, approve_booking, booking)
    perform(steward, set_rate, xrd, "enterprise", Decimal(300), WEDNESDAY)
    booking = perform(steward, move_booking, booking, start=at(2, 10), end=at(2, 13))
    assert booking.price == Decimal("900.00")
    perform(steward, set_rate, xrd, "enterprise", Decimal(5), WEDNESDAY)
    monday.move_to(at(2, 10))
    booking = perform(engineer, check_in, booking)
    monday.move_to(at(2, 13))
    perform(make_steward(xrd), check_out, booking)
    assert UsageRecord.objects.get().income == Decimal("900.00")


def test_whoever_joins_the_house_pays_what_was_agreed(xrd, steward, engineer, booking, monday):
    """By the day of the visit the person belongs to the owning unit: an internal use, at the price of the booking."""
    booking = perform(steward, approve_booking, booking)
    engineer.affiliation, engineer.home_unit, engineer.organisation = "member_unit", xrd.unit, ""
    engineer.save()
    monday.move_to(at(2, 9))
    booking = perform(engineer, check_in, booking)
    monday.move_to(at(2, 12))
    perform(engineer, check_out, booking)
    record = UsageRecord.objects.get()
    assert (record.income, record.user_kind) == (AGREED, "internal")
