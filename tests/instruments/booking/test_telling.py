"""Who hears of a booking, in how many writes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def told() -> set[tuple[int, str]]:
    """Who was told what."""
    return set(Notice.objects.values_list("person_id", "kind"))


def ask(instrument, person, day=2, hour=9) -> Booking:
    """One hour."""
    return perform(
        person, request_booking, instrument, start=at(day, hour), end=at(day, hour + 1), purpose="测试"
    )


@pytest.mark.parametrize("keepers", [1, 6])
def test_queries_do_not_grow_with_the_keepers(keepers):
    """A request, its move and its cancellation tell six stewards at the cost of one."""
    instrument, person = make_instrument(policy={"approval_required": True}), PersonFactory()
    for _ in range(keepers):
        make_steward(instrument)
    with CaptureQueriesContext(connection) as asked:
        booking = ask(instrument, person)
    with CaptureQueriesContext(connection) as moved:
        perform(person, move_booking, booking, start=at(3, 9), end=at(3, 10))
    with CaptureQueriesContext(connection) as cancelled:
        perform(person, cancel_booking, booking)
    assert Notice.objects.count() == 3 * keepers
    counts = [
        len([q for q in captured if "SAVEPOINT" not in q["sql"]]) for captured in (asked, moved, cancelled)
    ]
    # Whoever frees time stands in the line of the instrument; whether it stands still, and who waits: a query each.
    assert counts == [10, 14, 9]


def test_a_stewards_own_request_goes_to_the_other_keepers():
    """Nobody decides on their own; where no other steward is, the managers hear of it."""
    instrument = make_instrument(policy={"approval_required": True})
    steward, manager = make_steward(instrument), make_manager(instrument.unit)
    booking = ask(instrument, steward)
    assert told() == {(manager.pk, "booking_requested")}
    assert perform(manager, approve_booking, booking).state == "confirmed"
    other = make_steward(instrument)
    Notice.objects.all().delete()
    ask(instrument, steward, day=3)
    assert told() == {(other.pk, "booking_requested")}


def test_nobody_of_another_house_hears_of_a_request():
    """Not its stewards, nor its managers where the instrument has no steward."""
    instrument, other = make_instrument(policy={"approval_required": True}), make_instrument()
    make_steward(other)
    make_manager(other.unit)
    manager = make_manager(instrument.unit)
    ask(instrument, PersonFactory())
    assert told() == {(manager.pk, "booking_requested")}


def test_a_move_to_another_instrument_tells_both_houses():
    """Where it must be approved anew the new custodians read a request; the old decision is gone."""
    person = PersonFactory()
    left, new = make_instrument(), make_instrument(policy={"approval_required": True})
    there, here, both = make_steward(left), make_steward(new), make_steward(new)
    left.stewardships.create(person=both, valid_from=dt.date(2020, 1, 1))
    booking = ask(left, person)
    Booking.objects.update(decided_at=at(0, 9), decided_by=there)
    Notice.objects.all().delete()
    moved = perform(person, move_booking, booking, start=at(2, 9), end=at(2, 10), instrument=new)
    assert told() == {
        (here.pk, "booking_requested"),
        (both.pk, "booking_requested"),
        (there.pk, "booking_moved"),
    }
    assert (moved.state, moved.decided_at, moved.decided_by) == ("requested", None, None)
