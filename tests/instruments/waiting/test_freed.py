"""Every way in which time comes free, upkeep that goes first, and wishes for some time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from changes import perform
from instruments.availability.queries import keeping
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.offers import let_offer_go
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import expire_requests, mark_no_shows
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.errors import SlotTaken
from instruments.booking.models import Booking
from instruments.inventory.actions.instruments import change_state
from instruments.terms.actions.terms import add_exception
from instruments.waiting.actions.sweeps import end_wishes, offer_waiting
from instruments.waiting.actions.wishes import wait_for_time
from instruments.waiting.models import WaitEntry, WaitOffer
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import at
from tests.instruments.waiting.conftest import DAYTIME, SLOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def offer_of(entry: WaitEntry) -> Booking | None:
    """Return the time that is offered for a wish."""
    found = WaitOffer.objects.filter(entry=entry, answer="open").select_related("booking").first()
    return found and found.booking


def state(row) -> str:
    """Return the state as the database has it."""
    row.refresh_from_db()
    return str(row.state)


def told(kind: str) -> list[int]:
    """Return who got notices of a kind."""
    return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("person", flat=True))


def in_index() -> int:
    """Count where the index of free time, kept up by its rows, differs from the database."""
    kept = keeping.current(timezone.now())
    return keeping.differences(kept, timezone.now())


class TestWhatFreesTime:
    """Every way in which time comes free."""

    def test_a_move(self, holder, first):
        """Away from the slot."""
        perform(holder.person, move_booking, holder, start=at(4, 9), end=at(4, 11))
        assert offer_of(first) is not None

    def test_a_shorter_booking(self, monday, instrument, member, engineer):
        """Only what is given back."""
        booking = perform(member, request_booking, instrument, start=at(3, 9), end=at(3, 15), purpose="x")
        early, late = (
            perform(
                engineer,
                wait_for_time,
                instrument,
                replace(SLOT, start=start, end=start + dt.timedelta(hours=2)),
            )
            for start in (at(3, 9), at(3, 13))
        )
        perform(member, move_booking, booking, start=at(3, 9), end=at(3, 12))
        assert (offer_of(early), offer_of(late).start) == (None, at(3, 13))

    def test_a_request_that_expires(self, xrd, steward, member, engineer, monday):
        """Nobody decided."""
        perform(member, request_booking, xrd, start=at(3, 9), end=at(3, 11), purpose="x")
        entry = perform(engineer, wait_for_time, xrd, SLOT)
        monday.move_to(at(2, 9))
        expire_requests(timezone.now())
        assert offer_of(entry).start == at(3, 9)

    def test_a_visit_nobody_came_to(self, monday, member, engineer):
        """What is left of it, where there is still time to answer."""
        instrument = make_instrument(policy={"notice_minutes": 0, "no_show_minutes": 30})
        perform(member, request_booking, instrument, start=at(0, 10), end=at(0, 16), purpose="x")
        entry = perform(
            engineer,
            wait_for_time,
            instrument,
            replace(SLOT, start=at(0, 12), end=at(0, 14)),
        )
        monday.move_to(at(0, 10, 31))
        assert mark_no_shows(timezone.now()) == 1
        assert offer_of(entry).expires_at == at(0, 11, 1)

    def test_a_visit_that_ends_early(self, monday, member, engineer):
        """From the next step on."""
        instrument = make_instrument(policy={"notice_minutes": 0})
        booking = perform(member, request_booking, instrument, start=at(0, 10), end=at(0, 16), purpose="x")
        entry = perform(engineer, wait_for_time, instrument, replace(SLOT, start=at(0, 13), end=at(0, 15)))
        monday.move_to(at(0, 10))
        perform(member, check_in, booking)
        monday.move_to(at(0, 11))
        perform(member, check_out, booking)
        assert offer_of(entry).start == at(0, 13)

    def test_an_instrument_that_works_again(self, instrument, member):
        """Nobody has the time; the instrument had."""
        steward = make_steward(instrument)
        perform(steward, change_state, instrument, "under_repair", note="漏水")
        entry = perform(member, wait_for_time, instrument, SLOT)
        assert offer_of(entry) is None
        instrument.refresh_from_db()
        perform(steward, change_state, instrument, "in_service")
        assert offer_of(entry).start == at(3, 9)

    def test_an_instrument_that_breaks(self, holder, first, instrument):
        """The offer is withdrawn, the person keeps the place and is told; repaired, it is offered again."""
        steward = make_steward(instrument)
        perform(holder.person, cancel_booking, holder)
        offer = offer_of(first)
        perform(steward, change_state, instrument, "under_repair", note="漏水")
        assert (state(offer), state(first)) == ("cancelled", "waiting")
        assert told("wait_offer_withdrawn") == [first.person_id]
        instrument.refresh_from_db()
        perform(steward, change_state, instrument, "in_service")
        assert offer_of(first) is not None

    def test_a_longer_opening(self, xrd, member):
        """Saturday, for once."""
        steward = make_steward(xrd)
        wish = replace(DAYTIME, start=at(5, 0), end=at(6, 0), any_hour=True)
        entry = perform(member, wait_for_time, xrd, wish)
        perform(steward, add_exception, xrd, start=at(5, 9), end=at(5, 13), is_open=True, reason="加开")
        assert offer_of(entry).start == at(5, 9)

    def test_nothing_but_time(self, instrument, member, monday):
        """The horizon has moved on: the sweep finds it, once."""
        wish = replace(SLOT, start=at(63, 9), end=at(63, 12))
        entry = perform(member, wait_for_time, instrument, wish)
        assert offer_waiting(timezone.now()) == 0
        monday.move_to(at(3, 9))
        assert offer_waiting(timezone.now()) == 1
        assert offer_waiting(timezone.now()) == 0
        assert offer_of(entry).start == at(63, 9)


class TestUpkeep:
    """Upkeep goes before an offer that nobody has taken."""

    def test_the_offer_is_withdrawn(self, holder, first, instrument):
        """The person keeps the place in line."""
        perform(holder.person, cancel_booking, holder)
        steward = make_steward(instrument)
        perform(steward, book_maintenance, instrument, start=at(3, 8), end=at(3, 12), reason="保养")
        assert (state(first), offer_of(first)) == ("waiting", None)
        assert told("wait_offer_withdrawn") == [first.person_id]

    def test_not_where_another_station_will_do(self, member, engineer):
        """Nobody is sent away for nothing."""
        instrument = make_instrument(station_count=2)
        steward = make_steward(instrument)
        one, two = (
            perform(person, request_booking, instrument, start=at(3, 9), end=at(3, 11), purpose="x")
            for person in (member, engineer)
        )
        entry = perform(PersonFactory(), wait_for_time, instrument, SLOT)
        perform(member, cancel_booking, one)
        perform(engineer, cancel_booking, two)
        perform(steward, book_maintenance, instrument, start=at(3, 9), end=at(3, 11), reason="保养")
        assert offer_of(entry) is not None
        with pytest.raises(SlotTaken):
            perform(
                steward, book_maintenance, instrument, start=at(3, 9), end=at(3, 11), reason="x", station=2
            )
        perform(steward, book_maintenance, instrument, start=at(3, 9), end=at(3, 11), reason="x")
        assert offer_of(entry) is None


class TestWishes:
    """Some time within a window, on one instrument."""

    def test_office_hours_first(self, instrument, member, engineer):
        """Nights are not offered to who has not asked for them."""
        for day in (2, 3, 4):
            for hour in (8, 13):
                perform(
                    member, request_booking, instrument,
                    start=at(day, hour), end=at(day, hour + 5), purpose="x",
                )  # fmt: skip
        day = perform(engineer, wait_for_time, instrument, DAYTIME)
        assert offer_waiting(timezone.now()) == 0
        last = Booking.objects.get(start=at(4, 13))
        perform(member, cancel_booking, last)
        assert (offer_of(day).start, offer_of(day).end) == (at(4, 13), at(4, 15))

    def test_let_go_it_waits_for_another_time(self, instrument, member, engineer):
        """In the same place, never again for the same."""
        entry = self._full(instrument, member, engineer)
        perform(member, cancel_booking, Booking.objects.get(start=at(3, 8)))
        perform(engineer, let_offer_go, offer_of(entry))
        assert state(entry) == "waiting"
        # 08:00 to 10:00 was let go; 10:00 to 12:00 lies in the same freed morning.
        assert offer_of(entry) is None
        assert offer_waiting(timezone.now()) == 1
        assert offer_of(entry).start == at(3, 10)

    def test_the_third_without_an_answer_ends_it(self, instrument, member, engineer, monday):
        """Once and twice it goes on waiting."""
        entry = self._full(instrument, member, engineer)
        for start, expected in ((at(2, 8), "waiting"), (at(3, 8), "waiting"), (at(4, 8), "expired")):
            perform(member, cancel_booking, Booking.objects.get(start=start, state="confirmed"))
            monday.move_to(offer_of(entry).expires_at)
            expire_requests(timezone.now())
            state(entry)
            assert entry.state in {expected, "offered"}
        assert entry.unanswered == 3

    def test_over(self, instrument, member, engineer, monday):
        """With the last start in the window; the person is told, once."""
        entry = self._full(instrument, member, engineer)
        monday.move_to(at(4, 22) - dt.timedelta(seconds=1))
        assert end_wishes(timezone.now()) == 0
        monday.move_to(at(4, 22))
        assert end_wishes(timezone.now()) == 1
        assert end_wishes(timezone.now()) == 0
        assert (state(entry), entry.ended_at) == ("expired", at(4, 22))
        assert told("wait_over") == [engineer.pk]

    def _full(self, instrument, member, engineer) -> WaitEntry:
        for day in (2, 3, 4):
            for hour in (8, 13):
                perform(
                    member, request_booking, instrument,
                    start=at(day, hour), end=at(day, hour + 5), purpose="x",
                )  # fmt: skip
        return perform(engineer, wait_for_time, instrument, DAYTIME)
