"""What happens to bookings is heard by whoever subscribed; time is freed in one place, whatever frees it."""

import datetime as dt

import pytest

from changes import StaleVersion, perform, subscribe
from changes.events import _subscribers
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import expire_requests, finish_maintenance, mark_no_shows
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.events import BookingEvent, TimeFreed
from tests.factories.instruments import make_instrument
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def heard():
    """What was freed: instrument, station, start, end."""
    found = []

    def hear(work, event):
        found.append((event.instrument.pk, event.station, event.start, event.end))

    subscribe(TimeFreed, hear)
    yield found
    _subscribers[TimeFreed].remove(hear)


@pytest.fixture
def names():
    """The types of the events of bookings, in order."""
    found = []

    def hear(work, event):
        found.append(type(event).__name__)

    subscribe(BookingEvent, hear)
    yield found
    _subscribers[BookingEvent].remove(hear)


def ask(instrument, person, start, end):
    return perform(person, request_booking, instrument, start=start, end=end, purpose="相分析")


def test_asking_and_approving_free_nothing(xrd, steward, member, heard, names):
    booking = ask(xrd, member, at(2, 9), at(2, 11))
    perform(steward, approve_booking, booking)
    assert (heard, names) == ([], ["BookingRequested", "BookingApproved"])


def test_cancelled_declined_and_expired_time_is_free(xrd, steward, member, heard, names, monday):
    first, second, third = (ask(xrd, member, at(2, hour), at(2, hour + 1)) for hour in (9, 10, 11))
    perform(member, cancel_booking, first)
    perform(steward, decline_booking, second, reason="样品含汞")
    monday.move_to(third.expires_at)
    assert expire_requests(third.expires_at) == 1
    assert heard == [(xrd.pk, 1, at(2, hour), at(2, hour + 1)) for hour in (9, 10, 11)]
    assert names[3:] == ["BookingCancelled", "BookingDeclined", "BookingExpired"]


def test_a_request_expired_by_who_comes_next_is_freed_too(xrd, member, engineer, heard, monday):
    """It was nobody's doing: the history names the system."""
    old = ask(xrd, member, at(3, 9), at(3, 11))
    monday.move_to(old.expires_at)
    ask(xrd, engineer, at(3, 10), at(3, 12))
    assert heard == [(xrd.pk, 1, at(3, 9), at(3, 11))]


def test_a_move_frees_what_it_leaves(instrument, member, heard):
    """To another time all of it; by an hour only that hour; to another instrument all of it."""
    other = make_instrument(unit=instrument.unit)
    booking = ask(instrument, member, at(2, 9), at(2, 12))
    booking = perform(member, move_booking, booking, start=at(2, 10), end=at(2, 13))
    booking = perform(member, move_booking, booking, start=at(3, 9), end=at(3, 10))
    perform(member, move_booking, booking, start=at(3, 9), end=at(3, 10), instrument=other)
    assert heard == [
        (instrument.pk, 1, at(2, 9), at(2, 10)),
        (instrument.pk, 1, at(2, 10), at(2, 13)),
        (instrument.pk, 1, at(3, 9), at(3, 10)),
    ]


def test_who_does_not_come_and_who_leaves_early_frees_the_rest(instrument, member, engineer, heard, monday):
    missed = ask(instrument, member, at(0, 10), at(0, 12))
    used = ask(instrument, engineer, at(0, 13), at(0, 16))
    monday.move_to(missed.start + dt.timedelta(minutes=31))
    assert mark_no_shows(missed.start + dt.timedelta(minutes=31)) == 1
    monday.move_to(used.start)
    perform(engineer, check_in, used)
    monday.move_to(at(0, 14))
    perform(engineer, check_out, used)
    assert heard == [(instrument.pk, 1, at(0, 10), at(0, 12)), (instrument.pk, 1, at(0, 14), at(0, 16))]


def test_upkeep_that_is_over_frees_nothing(xrd, steward, heard, names, monday):
    upkeep = perform(steward, book_maintenance, xrd, start=at(0, 12), end=at(0, 13), reason="换灯丝")
    monday.move_to(upkeep.end)
    assert finish_maintenance(upkeep.end) == 1
    assert (heard, names) == ([], ["MaintenanceBooked", "MaintenanceEnded"])


class TestVersions:
    """Every step may name the version it is meant for, compared under the lock."""

    @pytest.mark.parametrize("step", ["approve", "decline", "cancel", "move"])
    def test_a_stale_step_changes_nothing(self, xrd, steward, member, ledger, step):
        asked = ask(xrd, member, at(2, 14), at(2, 16))
        perform(member, move_booking, asked, start=at(3, 9), end=at(3, 11))
        kept = ledger()
        acts = {
            "approve": lambda: perform(steward, approve_booking, asked, seen=1),
            "decline": lambda: perform(steward, decline_booking, asked, reason="否", seen=1),
            "cancel": lambda: perform(member, cancel_booking, asked, seen=1),
            "move": lambda: perform(member, move_booking, asked, start=at(4, 9), end=at(4, 10), seen=1),
        }
        with pytest.raises(StaleVersion) as refused:
            acts[step]()
        assert (refused.value.seen, refused.value.found) == (1, 2)
        assert kept.unchanged()

    @pytest.mark.parametrize("step", [check_in, check_out])
    def test_visits_too(self, instrument, member, ledger, monday, step):
        booking = ask(instrument, member, at(0, 10), at(0, 12))
        monday.move_to(booking.start)
        if step is check_out:
            perform(member, check_in, booking)
        kept = ledger()
        with pytest.raises(StaleVersion):
            perform(member, step, booking, seen=7)
        assert kept.unchanged()


def test_a_move_does_not_renew_the_last_moment_of_a_request(xrd, member, monday):
    """Asked on Monday with 48 hours to decide: moved on Tuesday and Wednesday it still ends on Wednesday."""
    asked = ask(xrd, member, at(7, 9), at(7, 10))
    last = NOW + dt.timedelta(hours=48)
    assert asked.expires_at == last
    for hours in (23, 47):
        monday.move_to(NOW + dt.timedelta(hours=hours))
        asked = perform(member, move_booking, asked, start=at(8, 9 + hours % 5), end=at(8, 15))
        assert asked.expires_at == last
    monday.move_to(last)
    assert expire_requests(last) == 1


def test_a_request_moved_before_its_last_moment_ends_at_its_start(xrd, member):
    asked = ask(xrd, member, at(7, 9), at(7, 10))
    assert perform(member, move_booking, asked, start=at(1, 9), end=at(1, 10)).expires_at == at(1, 9)
