"""Actions room: asks for time on an instrument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from changes import Work
from instruments.booking.actions.offers import withdraw_offers
from instruments.booking.actions.slots import claim_station, facts, insert
from instruments.booking.actions.telling import tell
from instruments.booking.actions.waivers import record_waived, still_broken
from instruments.booking.enums import BookingKind, BookingState, Purpose
from instruments.booking.errors import OwnOverlap, RulesBroken, SentTwice
from instruments.booking.events import BookingConfirmed, BookingRequested, MaintenanceBooked
from instruments.booking.locks import BOOKABLE
from instruments.booking.models import Booking, BookingSeries
from instruments.booking.queries.admission import admission
from instruments.booking.queries.bookings import own_elsewhere, recipients_of
from instruments.booking.queries.holding import taken_problems
from instruments.booking.queries.waiting import waiting_on
from instruments.booking.rules.requests import (
    choice_problems,
    companion_problems,
    station_problems,
    wording_problems,
)
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import approval_needed, asked_by, owner_of, policy_of
from instruments.terms.rules.asked import answer_problems, answered
from instruments.terms.rules.booking_policy import maintenance_problems
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.owners import owned
from members.enums import UserCategory
from members.locks import lock_person
from members.models import Person
from members.permissions import raise_not_allowed, require

SAID = ("purpose_kind", "purpose", "companion")
"""What is said of a use beside its time and place."""


def said_problems(said: Mapping[str, str]) -> list[BrokenRule]:
    """Return what stands against the words of a use, whenever and wherever it may be."""
    return (
        wording_problems(said["purpose"])
        + choice_problems("purpose_kind", said["purpose_kind"], Purpose.values)
        + companion_problems(said["companion"])
    )


def request_booking(
    work: Work,
    place: Instrument | str,
    *,
    start: dt.datetime,
    end: dt.datetime,
    purpose: str,
    station: int | None = None,
    person: Person | None = None,
    purpose_kind: str = Purpose.RESEARCH,
    form: str = "",
    knowing: bool = True,
    companion: str = "",
    answers: Mapping[str, str] | None = None,
    waive: str = "",
    series: BookingSeries | None = None,
    parted: bool = False,
    beside: Collection[int] = (),
) -> Booking:
    """Book [start, end) for oneself, or as a custodian for `person`; return the booking with its frozen price.

    `place` is the instrument or its code. As one of a `series` nobody is told of it: whoever asks for the series tells;
    as part of a set (`parted`) its person is not, but whoever decides on it is. `beside` are the instruments that
    the set holds for the same time, for those that are used only together.
    It is `requested` where the policy wants an approval (`competing` where others may ask for the same time), else
    `confirmed`. Without a station the first free one is
    taken. Raises NotAllowed; RulesBroken with every broken rule, the taken time among them; SlotTaken, where that is
    the only one, with what is held and the next three free slots; SentTwice where the form of that number (at most 40
    characters) made a booking that still stands there; OwnOverlap where the person holds that time on another
    instrument and is not `knowing` it; ValueError for a naive time. `companion` is who comes along at night. A
    custodian who books for somebody else may `waive` rules that allow it, by a reason that goes on record. `answers` to
    the questions of the unit go by their Chinese words; what nobody asked is left out.
    """
    _refuse_naive(start, end)
    owner, purpose = person or work.actor, purpose.strip()
    companion, waive = companion.strip(), waive.strip()
    instrument = lock_instrument(work, place if isinstance(place, str) else place.pk, BOOKABLE)
    require(work.actor, "book_instrument", instrument)
    if owner.pk != work.actor.pk:
        require(work.actor, "book_for_others", instrument)
    # Whoever closes or moves the account asks about what rests on it under the same lock.
    owner = lock_person(work, owner.pk)
    if not owner.is_active:
        raise_not_allowed(
            work.actor, "book_instrument", instrument, app="instruments", reason="account_closed"
        )
    if form:
        _refuse_twice(work, instrument, owner, (start, end), form)
    verdict = admission(instrument, owner, start, end, work.now, companion=bool(companion), beside=beside)
    policy = policy_of(instrument)
    questions, answers = asked_by(policy), answers or {}
    problems = verdict.problems + owned(
        said_problems({"purpose": purpose, "purpose_kind": purpose_kind, "companion": companion})
        + answer_problems(questions, answers)
        + station_problems(station, instrument.station_count),
        owner_of(policy),
    )
    if problems or waive:
        problems += taken_problems(instrument, start, end, station)
    rate, price = verdict.quote.yuan_per_hour, verdict.quote.price
    left = still_broken(work, instrument, owner, problems, waive)
    if rate is None or price is None or any(one.rule != "slot_taken" for one in left):
        raise RulesBroken(left)
    if not knowing and (elsewhere := own_elsewhere(owner, instrument, start, end)):
        raise OwnOverlap([booking.pk for booking in elsewhere])
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    asks = approval_needed(policy, verdict.quote.category, end - start)
    waiting = waiting_on(policy, start, work.now, work.now) if asks else None
    booking = Booking(
        instrument=instrument,
        station=claim_station(
            work, instrument, Interval(start, end), station, close=bool(waive), firm=waiting is None
        ),
        person=owner,
        start=start,
        end=end,
        state=BookingState.CONFIRMED if waiting is None else waiting.state,
        purpose=purpose,
        purpose_kind=purpose_kind,
        companion=companion,
        answers=answered(questions, answers),
        category=verdict.quote.category,
        yuan_per_hour=rate,
        price=price,
        series=series,
        asked_with=form,
        requested_at=work.now,
        expires_at=None if waiting is None else waiting.until,
    )
    insert(booking)
    if series is None and asks:
        tell(work, recipients_of(instrument, but=owner), "booking_requested", booking)
    elif series is None and not parted:
        tell(work, [owner], "booking_confirmed", booking)
    happened = BookingRequested if asks else BookingConfirmed
    work.emit(happened(target=booking, after=facts(booking)))
    record_waived(work, booking, problems, waive)
    return booking


def book_maintenance(
    work: Work,
    instrument: Instrument,
    *,
    start: dt.datetime,
    end: dt.datetime,
    reason: str,
    station: int | None = None,
    series: BookingSeries | None = None,
) -> Booking:
    """Hold [start, end) for upkeep, as a custodian of the instrument; policy and opening hours do not bind it.

    It may have begun already, but not ended, and lasts at most 366 days. It goes before offers that nobody has taken
    yet: those are withdrawn where no other station will do. Raises NotAllowed, RulesBroken, SlotTaken;
    ValueError for a naive time.
    """
    _refuse_naive(start, end)
    instrument, reason = lock_instrument(work, instrument.pk), reason.strip()
    require(work.actor, "book_maintenance", instrument)
    problems = maintenance_problems(start, end, work.now) + station_problems(
        station, instrument.station_count
    )
    if not 1 <= len(reason) <= 300:
        problems.append(problem("reason"))
    if problems:
        raise RulesBroken(problems)
    wish = Interval(start.astimezone(dt.UTC), end.astimezone(dt.UTC))
    withdraw_offers(work, instrument, wish, station)
    return hold_for_upkeep(
        work, instrument, wish, reason=reason, person=work.actor, station=station, series=series
    )


def hold_for_upkeep(
    work: Work,
    instrument: Instrument,
    wish: Interval,
    *,
    reason: str,
    person: Person,
    station: int | None = None,
    series: BookingSeries | None = None,
) -> Booking:
    """Hold time of a locked instrument for upkeep in a person's name; who may and how long is asked before.

    Raises SlotTaken.
    """
    booking = Booking(
        instrument=instrument,
        station=claim_station(work, instrument, wish, station, close=True),
        kind=BookingKind.MAINTENANCE,
        person=person,
        start=wish.start,
        end=wish.end,
        state=BookingState.CONFIRMED,
        purpose=reason,
        purpose_kind=Purpose.OTHER,
        category=UserCategory.INTERNAL,
        yuan_per_hour=0,
        price=0,
        series=series,
        requested_at=work.now,
    )
    insert(booking)
    work.emit(MaintenanceBooked(target=booking, after=facts(booking)))
    return booking


def _refuse_twice(
    work: Work, instrument: Instrument, owner: Person, wish: tuple[dt.datetime, dt.datetime], form: str
) -> None:
    """Raise SentTwice where this form's wish is held; cancelled, moved away or declined, it is a new wish."""
    made = Booking.objects.holding(work.now).filter(
        instrument=instrument, person=owner, start=wish[0], end=wish[1], asked_with=form
    )
    pk = made.values_list("pk", flat=True).first()
    if pk is not None:
        raise SentTwice(pk)


def _refuse_naive(*moments: dt.datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("Times must carry their offset.")
