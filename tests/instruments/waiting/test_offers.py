"""What comes free is offered to the first in line, alone and for a while; then to the next."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.availability.queries import keeping
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import decline_booking
from instruments.booking.actions.offers import let_offer_go, take_offer
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import expire_requests
from instruments.booking.errors import RulesBroken, SlotTaken, WrongBookingState
from instruments.booking.models import Booking
from instruments.terms.models import BookingPolicy
from instruments.waiting.actions.wishes import wait_for_time
from instruments.waiting.models import WaitEntry, WaitOffer
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at
from tests.instruments.waiting.conftest import SLOT, said

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


class TestTheOffer:
    """In the same change, to the first person in order for whom all rules hold."""

    def test_a_cancelled_slot_is_the_first_ones(self, holder, first, second, verbs):
        """A booking that holds the time, at the price of the person, until 13:00: four hours."""
        before = len(verbs())
        perform(holder.person, cancel_booking, holder)
        offer = offer_of(first)
        assert offer is not None
        assert (offer.person, offer.state, offer.is_offer) == (first.person, "offered", True)
        assert (offer.start, offer.end, offer.price) == (at(3, 9), at(3, 11), Decimal("240.00"))
        assert (offer.purpose, offer.purpose_kind) == ("钙钛矿", "research")
        assert offer.expires_at == at(0, 13, 1)
        assert (state(first), state(second)) == ("offered", "waiting")
        assert offer_of(second) is None
        assert told("wait_offered") == [first.person_id]
        assert verbs()[before:] == ["instruments.booking.cancelled", "instruments.booking.offered"]

    def test_nobody_else_can_have_it(self, holder, first, member):
        """Not by booking it, nor by moving onto it."""
        mine = perform(member, request_booking, holder.instrument, start=at(4, 9), end=at(4, 11), purpose="x")
        perform(holder.person, cancel_booking, holder)
        with pytest.raises(SlotTaken):
            perform(member, request_booking, holder.instrument, start=at(3, 10), end=at(3, 12), purpose="x")
        with pytest.raises(SlotTaken):
            perform(member, move_booking, mine, start=at(3, 9), end=at(3, 11))

    def test_the_index_knows_it_as_taken(self, holder, first, second, kept_index):
        """After the offer, the answer, the lapse and the passing on: no difference."""
        keeping.current(timezone.now())
        perform(holder.person, cancel_booking, holder)
        assert in_index() == 0
        perform(first.person, let_offer_go, offer_of(first))
        assert in_index() == 0
        perform(second.person, take_offer, offer_of(second))
        assert in_index() == 0
        assert keeping.verified(timezone.now()) == 0

    def test_the_index_knows_what_has_lapsed_or_was_withdrawn(
        self, holder, first, second, monday, kept_index
    ):
        """By time alone, by the sweep, and by upkeep."""
        keeping.current(timezone.now())
        perform(holder.person, cancel_booking, holder)
        assert in_index() == 0
        monday.move_to(offer_of(first).expires_at)
        assert in_index() == 0
        expire_requests(timezone.now())
        assert offer_of(second) is not None
        assert in_index() == 0
        steward = make_steward(holder.instrument)
        perform(steward, book_maintenance, holder.instrument, start=at(3, 8), end=at(3, 12), reason="保养")
        assert offer_of(second) is None
        assert in_index() == 0
        assert keeping.verified(timezone.now()) == 0

    def test_who_may_not_book_is_passed_over(self, holder, first, second, instrument):
        """A limit that the first has reached meanwhile; it keeps its place."""
        BookingPolicy.objects.filter(instrument=instrument).update(most_open=1)
        perform(first.person, request_booking, instrument, start=at(4, 9), end=at(4, 11), purpose="x")
        perform(holder.person, cancel_booking, holder)
        assert (state(first), state(second)) == ("waiting", "offered")

    def test_who_has_something_else_then_is_passed_over(self, holder, first, second):
        """On another instrument."""
        elsewhere = make_instrument()
        perform(first.person, request_booking, elsewhere, start=at(3, 10), end=at(3, 12), purpose="x")
        perform(holder.person, cancel_booking, holder)
        assert (state(first), state(second)) == ("waiting", "offered")

    def test_a_closed_account_is_passed_over(self, holder, first, second):
        """Nobody would answer."""
        first.person.is_active = False
        first.person.save()
        perform(holder.person, cancel_booking, holder)
        assert (state(first), state(second)) == ("waiting", "offered")

    def test_who_gives_it_back_is_not_asked(self, first, holder, instrument):
        """Whoever waits for what they just gave back would get it again and again."""
        perform(holder.person, cancel_booking, holder)
        booking = perform(first.person, take_offer, offer_of(first))
        again = perform(holder.person, wait_for_time, instrument, SLOT)
        mine = WaitEntry.objects.create(
            person=first.person,
            instrument=instrument,
            start=SLOT.start,
            end=SLOT.end,
            minutes=120,
            last_start=SLOT.start,
            said=said("x"),
            joined_at=NOW - dt.timedelta(days=1),
        )
        mine.places.add(instrument)
        perform(first.person, cancel_booking, booking)
        assert (state(mine), state(again)) == ("waiting", "offered")

    def test_too_late_to_answer(self, holder, first, monday):
        """An hour's notice and four minutes before the start there is nothing to offer."""
        monday.move_to(at(3, 7, 56))
        perform(holder.person, cancel_untimed, holder)
        assert offer_of(first) is None
        assert state(first) == "waiting"

    def test_near_the_start(self, holder, first, monday):
        """Two hours before the last moment: forty minutes to answer."""
        monday.move_to(at(3, 6))
        perform(make_steward(holder.instrument), cancel_booking, holder)
        assert offer_of(first).expires_at == at(3, 6, 40)


def cancel_untimed(work, booking):
    """Give it back when the person no longer may."""
    steward = make_steward(booking.instrument)
    return cancel_booking(work.by(steward), booking)


class TestTheAnswer:
    """One press books it, one lets it go; no answer passes it on."""

    def test_taken(self, holder, first, verbs):
        """Confirmed at once, at the price that was offered; the wish is served, and can be undone for half an hour."""
        perform(holder.person, cancel_booking, holder)
        before = len(verbs())
        booking = perform(first.person, take_offer, offer_of(first), seen=1)
        booking.refresh_from_db()
        assert (booking.state, booking.is_offer, booking.expires_at) == ("confirmed", False, None)
        assert (booking.requested_at, booking.price) == (NOW, Decimal("240.00"))
        assert state(first) == "served"
        assert first.ended_at == NOW
        assert WaitOffer.objects.get().answer == "taken"
        assert told("booking_confirmed")[-1] == first.person_id
        assert verbs()[before:] == ["instruments.booking.offer_taken", "instruments.wait.served"]

    def test_taken_where_somebody_decides(self, xrd, steward, member, engineer):
        """A request as any other, with its own time to be decided."""
        asked = perform(member, request_booking, xrd, start=at(3, 9), end=at(3, 11), purpose="x")
        entry = perform(engineer, wait_for_time, xrd, SLOT)
        perform(steward, decline_booking, asked, reason="样品不合适")
        booking = perform(engineer, take_offer, offer_of(entry))
        assert (booking.state, booking.is_offer) == ("requested", False)
        assert booking.expires_at == at(2, 9)
        assert told("booking_requested")[-1] == steward.pk

    def test_let_go(self, holder, first, second):
        """The next gets it in the same change; a slot let go ends its wish."""
        perform(holder.person, cancel_booking, holder)
        offer = offer_of(first)
        perform(first.person, let_offer_go, offer, seen=1)
        assert (state(offer), offer.is_offer) == ("cancelled", True)
        assert (state(first), state(second)) == ("expired", "offered")
        assert offer_of(second).price == Decimal("480.00")

    def test_no_answer(self, holder, first, second, monday):
        """The sweep passes it on; who slept is told. Twice is as once."""
        perform(holder.person, cancel_booking, holder)
        offer = offer_of(first)
        monday.move_to(at(0, 13, 1))
        assert expire_requests(timezone.now()) == 1
        assert expire_requests(timezone.now()) == 0
        assert state(offer) == "expired"
        assert (state(first), state(second)) == ("expired", "offered")
        assert told("wait_lapsed") == [first.person_id]
        assert told("booking_expired") == []

    def test_no_answer_and_nobody_behind(self, holder, first, member, monday):
        """At read time it holds nothing more, swept or not: anybody can have it."""
        perform(holder.person, cancel_booking, holder)
        monday.move_to(at(0, 13, 1))
        booking = perform(
            PersonFactory(), request_booking, holder.instrument, start=at(3, 9), end=at(3, 11), purpose="x"
        )
        assert booking.state == "confirmed"
        assert state(first) == "expired"

    def test_no_answer_and_a_newcomer(self, holder, first, second, monday):
        """Before the sweep the next in line still goes first: the newcomer is refused, then the sweep passes it on."""
        perform(holder.person, cancel_booking, holder)
        monday.move_to(at(0, 13, 1))
        with pytest.raises(SlotTaken):
            perform(
                PersonFactory(),
                request_booking,
                holder.instrument,
                start=at(3, 9),
                end=at(3, 11),
                purpose="x",
            )
        assert state(first) == "offered"
        expire_requests(timezone.now())
        assert (state(first), state(second)) == ("expired", "offered")

    def test_not_in_time(self, holder, first, monday):
        """At the very moment it is over."""
        perform(holder.person, cancel_booking, holder)
        offer = offer_of(first)
        monday.move_to(offer.expires_at)
        for act in (take_offer, let_offer_go):
            with pytest.raises(WrongBookingState):
                perform(first.person, act, offer)
        monday.shift(dt.timedelta(seconds=-1))
        assert perform(first.person, take_offer, offer).state == "confirmed"

    def test_by_nobody_else(self, holder, first, ledger):
        """Neither another person nor who keeps the instrument; nor what was seen otherwise."""
        perform(holder.person, cancel_booking, holder)
        offer, steward = offer_of(first), make_steward(holder.instrument)
        before = ledger()
        for act in (take_offer, let_offer_go):
            for person in (holder.person, steward):
                with pytest.raises(NotAllowed):
                    perform(person, act, offer)
            with pytest.raises(StaleVersion):
                perform(first.person, act, offer, seen=2)
        assert before.unchanged()

    def test_the_rules_hold_when_it_is_taken(self, holder, first, instrument):
        """What was reached meanwhile stands against it."""
        perform(holder.person, cancel_booking, holder)
        BookingPolicy.objects.filter(instrument=instrument).update(longest_minutes=60)
        with pytest.raises(RulesBroken):
            perform(first.person, take_offer, offer_of(first))
        assert state(first) == "offered"

    def test_on_a_station_that_is_gone(self, holder, first, instrument):
        """There is nothing to take."""
        perform(holder.person, cancel_booking, holder)
        Booking.objects.filter(state="offered").update(station=2)
        with pytest.raises(RulesBroken):
            perform(first.person, take_offer, offer_of(first))

    def test_an_offer_cannot_be_cancelled_or_moved(self, holder, first):
        """It is no booking yet."""
        perform(holder.person, cancel_booking, holder)
        offer = offer_of(first)
        with pytest.raises(WrongBookingState):
            perform(first.person, cancel_booking, offer)
        with pytest.raises(WrongBookingState):
            perform(first.person, move_booking, offer, start=at(4, 9), end=at(4, 11))
