"""Actions room: time that is offered to one person for a while; they take it or let it go, or the offer ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from changes import Work, unchanged
from instruments.booking.actions.slots import claim_station, facts, give_time_back, insert, save
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.booking.events import BookingOffered, OfferLetGo, OfferTaken, OfferWithdrawn
from instruments.booking.locks import BOOKABLE, BOOKINGS, lock_booking, lock_booking_alone
from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.bookings import recipients_of
from instruments.booking.queries.holding import BusyInterval, busy, first_free_station
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.requests import is_overdue, request_expiry, station_problems
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import approval_needed, asked_by, owner_of, policy_of
from instruments.terms.queries.rates import Quote
from instruments.terms.rules.asked import answer_problems, answered
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.owners import owned
from members.locks import lock_person
from members.models import Person
from members.permissions import require


def offer_time(
    work: Work,
    instrument: Instrument,
    person: Person,
    time: Interval,
    quote: Quote,
    *,
    until: dt.datetime,
    said: Mapping[str, str],
) -> Booking:
    """Hold a free time for one person until a moment, at the price quoted; call it under the instrument's lock.

    `said` is what the form of a booking asks beside the time (`requests.SAID`).
    Whoever calls has judged it by the rules, and tells the person. Raises SlotTaken, RulesBroken, ValueError for a
    quote without a price.
    """
    if quote.yuan_per_hour is None or quote.price is None:
        raise ValueError("What has no price cannot be offered.")
    booking = Booking(
        instrument=instrument,
        station=claim_station(work, instrument, time, None, in_line=True, firm=False),
        person=person,
        start=time.start,
        end=time.end,
        state=BookingState.OFFERED,
        is_offer=True,
        **said,
        category=quote.category,
        yuan_per_hour=quote.yuan_per_hour,
        price=quote.price,
        requested_at=work.now,
        expires_at=until,
    )
    insert(booking)
    work.emit(BookingOffered(target=booking, after=facts(booking)))
    return booking


def take_offer(
    work: Work, booking: Booking, *, answers: Mapping[str, str] | None = None, seen: int | None = None
) -> Booking:
    """Book the time one was offered, at the price that was offered; a request where the rules want an approval.

    `answers` are those to the questions of the unit, as `request_booking` takes them. Raises NotAllowed, StaleVersion,
    WrongBookingState (answered or ended already), RulesBroken where the rules no longer let the person have it, or a
    question is not answered.
    """
    instrument = lock_instrument(work, booking.instrument_id, BOOKABLE)
    # Whoever closes the account asks about what rests on it under the same lock.
    lock_person(work, booking.person_id)
    booking = lock_booking_alone(work, booking)
    _demand(work, booking, "take_offer", seen)
    verdict = admission(
        instrument,
        booking.person,
        *(booking.start, booking.end, work.now),
        companion=bool(booking.companion),
        but=booking.pk,
    )
    policy = policy_of(instrument)
    questions, answers = asked_by(policy), answers or {}
    problems = verdict.problems + owned(
        station_problems(booking.station, instrument.station_count) + answer_problems(questions, answers),
        owner_of(policy),
    )
    if problems:
        raise RulesBroken(problems)
    asks = approval_needed(policy, booking.category, booking.end - booking.start)
    held = Interval(booking.start, booking.end)
    claim_station(work, instrument, held, booking.station, close=True, moving=booking.pk, firm=not asks)
    before = facts(booking)
    booking.state = next_state(booking.state, "take_and_ask" if asks else "take")
    booking.is_offer, booking.requested_at = False, work.now
    booking.answers = answered(questions, answers)
    booking.expires_at = (
        request_expiry(policy.request_expiry_hours, booking.start, work.now) if asks else None
    )
    save(booking, "state", "is_offer", "requested_at", "expires_at", "answers")
    if asks:
        tell(work, recipients_of(instrument, but=booking.person), "booking_requested", booking)
    else:
        tell(work, [booking.person], "booking_confirmed", booking)
    work.emit(OfferTaken(target=booking, before=before, after=facts(booking)))
    return booking


def let_offer_go(work: Work, booking: Booking, *, seen: int | None = None) -> Booking:
    """Give back the time one was offered; it is the next one's in line. Raises NotAllowed, StaleVersion,
    WrongBookingState."""
    booking = lock_booking(work, booking)
    _demand(work, booking, "let_offer_go", seen)
    _end(work, booking, "let_go", OfferLetGo)
    return booking


def withdraw_offer(work: Work, booking: Booking) -> None:
    """Take a locked offer back because its time cannot be had any more."""
    _end(work, booking, "withdraw", OfferWithdrawn)


def withdraw_offers(work: Work, instrument: Instrument, wish: Interval, station: int | None) -> None:
    """Take back the offers in a time that upkeep needs, where no station is free without; under the lock."""
    held = busy(instrument, wish.start, wish.end)
    if first_free_station(held, wish, instrument.station_count, station) is not None:
        return
    firm = [row for row in held if row.state != BookingState.OFFERED]
    chosen = first_free_station(firm, wish, instrument.station_count, station)
    offered = [row.booking_id for row in held if _is_in_the_way(row, chosen)]
    for booking in work.lock(BOOKINGS.filter(state=BookingState.OFFERED), offered).values():
        withdraw_offer(work, booking)


def _is_in_the_way(row: BusyInterval, station: int | None) -> bool:
    return row.state == BookingState.OFFERED and row.station == station


def _demand(work: Work, booking: Booking, right: str, seen: int | None) -> None:
    require(work.actor, right, booking)
    unchanged(booking, seen)
    if is_overdue(booking.state, booking.expires_at, work.now):
        raise WrongBookingState(BookingState.EXPIRED, right)


def _end(work: Work, booking: Booking, verb: str, happened: type[OfferLetGo] | type[OfferWithdrawn]) -> None:
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, verb), work.now
    save(booking, "state", "ended_at")
    work.emit(happened(target=booking, before=before, after=facts(booking)))
    give_time_back(work, booking, before)
