"""Actions room: asks for time on an instrument; the other steps of a booking are offered here too."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from audit.chain import Event, record_many
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.slots import claim_station, facts, polite_refusal, request_expiry
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingKind, BookingState, Purpose
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.bookings import told_of
from instruments.booking.queries.holding import conflicts, taken_problems
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.errors import Problem, problem
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.booking_policy import maintenance_problems
from instruments.terms.rules.intervals import Interval
from members.enums import UserCategory
from members.models import Person
from members.permissions import require


def request_booking(
    instrument: Instrument,
    *,
    actor: Person,
    start: dt.datetime,
    end: dt.datetime,
    purpose: str,
    station: int | None = None,
    person: Person | None = None,
    purpose_kind: str = Purpose.RESEARCH,
) -> Booking:
    """Book [start, end) for oneself, or as a keeper for `person`; return the booking with its frozen price.

    It is `requested` where the policy wants an approval, else `confirmed`. Without a station the first free one is
    taken. Raises NotAllowed; RulesBroken with every broken rule, the taken time among them; SlotTaken, where that is
    the only one, with what is held and the next three free
    slots; ValueError for a naive time.
    """
    _refuse_naive(start, end)
    owner = person or actor
    require(actor, "book_instrument", instrument)
    if owner.pk != actor.pk:
        require(actor, "book_for_others", instrument)
    with polite_refusal(instrument, start, end):
        return _request(
            instrument,
            actor,
            owner,
            start,
            end,
            station=station,
            purpose=purpose.strip(),
            purpose_kind=purpose_kind,
        )


@transaction.atomic
def _request(
    instrument: Instrument,
    actor: Person,
    owner: Person,
    start: dt.datetime,
    end: dt.datetime,
    *,
    station: int | None,
    purpose: str,
    purpose_kind: str,
) -> Booking:
    instrument = lock_instrument(instrument.pk)
    now = timezone.now()
    verdict = admission(instrument, owner, start, end, now)
    problems = (
        verdict.problems + _wording_problems(purpose, purpose_kind) + _station_problems(instrument, station)
    )
    rate, price = verdict.quote.yuan_per_hour, verdict.quote.price
    if problems or rate is None or price is None:
        raise RulesBroken(problems + taken_problems(conflicts(instrument, start, end, station)))
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    station, events = claim_station(instrument, Interval(start, end), station, now)
    policy = policy_of(instrument)
    asks = policy.approval_required
    booking = Booking(
        instrument=instrument,
        station=station,
        person=owner,
        start=start,
        end=end,
        state=BookingState.REQUESTED if asks else BookingState.CONFIRMED,
        purpose=purpose,
        purpose_kind=purpose_kind,
        category=verdict.quote.category,
        yuan_per_hour=rate,
        price=price,
        requested_at=now,
        expires_at=request_expiry(policy, start, now) if asks else None,
    )
    booking.save(force_insert=True)
    if asks:
        tell(told_of(instrument, but=owner), "booking_requested", booking)
    else:
        tell([owner], "booking_confirmed", booking)
    verb = "instruments.booking.requested" if asks else "instruments.booking.confirmed"
    record_many(actor=actor, events=[*events, Event(verb, booking, None, facts(booking))])
    return booking


def book_maintenance(
    instrument: Instrument,
    *,
    actor: Person,
    start: dt.datetime,
    end: dt.datetime,
    reason: str,
    station: int | None = None,
) -> Booking:
    """Hold [start, end) for upkeep, as a keeper of the instrument; policy and opening hours do not bind it.

    It may have begun already, but not ended, and lasts at most 366 days. Raises NotAllowed, RulesBroken, SlotTaken;
    ValueError for a naive time.
    """
    _refuse_naive(start, end)
    require(actor, "book_maintenance", instrument)
    with polite_refusal(instrument, start, end):
        return _maintain(instrument, actor, start, end, reason=reason.strip(), station=station)


@transaction.atomic
def _maintain(
    instrument: Instrument,
    actor: Person,
    start: dt.datetime,
    end: dt.datetime,
    *,
    reason: str,
    station: int | None,
) -> Booking:
    instrument = lock_instrument(instrument.pk)
    now = timezone.now()
    problems = maintenance_problems(start, end, now) + _station_problems(instrument, station)
    if not 1 <= len(reason) <= 300:
        problems.append(problem("reason"))
    if problems:
        raise RulesBroken(problems)
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    station, events = claim_station(instrument, Interval(start, end), station, now)
    booking = Booking(
        instrument=instrument,
        station=station,
        kind=BookingKind.MAINTENANCE,
        person=actor,
        start=start,
        end=end,
        state=BookingState.CONFIRMED,
        purpose=reason,
        purpose_kind=Purpose.OTHER,
        category=UserCategory.INTERNAL,
        yuan_per_hour=0,
        price=0,
        requested_at=now,
    )
    booking.save(force_insert=True)
    record_many(
        actor=actor, events=[*events, Event("instruments.booking.confirmed", booking, None, facts(booking))]
    )
    return booking


def _wording_problems(purpose: str, purpose_kind: str) -> list[Problem]:
    problems = []
    if not 1 <= len(purpose) <= 300 or "\0" in purpose:
        problems.append(problem("purpose"))
    if purpose_kind not in Purpose.values:
        problems.append(problem("purpose_kind"))
    return problems


def _station_problems(instrument: Instrument, station: int | None) -> list[Problem]:
    if station is None or 1 <= station <= instrument.station_count:
        return []
    return [problem("no_station", chosen=station, required=instrument.station_count)]


def _refuse_naive(*moments: dt.datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("Times must carry their offset.")


__all__ = [
    "approve_booking",
    "book_maintenance",
    "cancel_booking",
    "decline_booking",
    "move_booking",
    "request_booking",
]
