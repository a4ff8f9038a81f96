"""Queries room: whether the instrument could be used when a booking began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy

from changes.dependants import Reason
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.inventory.queries.facts import facts_at
from instruments.inventory.rules.out_of_service import is_out
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.models import OpeningException
from members.enums import UnitState
from members.messages import reason_of_state
from members.queries.unit_facts import unit_facts_at


@dataclass(frozen=True)
class Shut:
    """Why an instrument cannot be used at a booked time: its state, a closure, or its unit; `reason` in words.

    `in_doubt`: whoever keeps it said so of this very booking.
    """

    state: str
    reason: Reason
    in_doubt: bool = False


def shut_for(booking: Booking, *, until: dt.datetime | None = None) -> Shut | None:
    """Return why the instrument of a booking is shut from its start to its end (or `until`), or None; one query."""
    return shut_among([booking], until=until).get(booking.pk)


def shut_among(bookings: Sequence[Booking], *, until: dt.datetime | None = None) -> dict[UUID, Shut]:
    """Return, by key, why the instruments of those bookings that meet a shut one are shut then; one query."""
    found = {booking.pk: shut for booking in bookings if (shut := _without_closures(booking)) is not None}
    left = [booking for booking in bookings if booking.pk not in found]
    if not left:
        return found
    closures = OpeningException.objects.filter(
        instrument__in={booking.instrument_id for booking in left},
        is_open=False,
        start__lt=until or max(booking.end for booking in left),
        end__gt=min(booking.start for booking in left),
    )
    rows = list(closures.order_by("start"))
    for booking in left:
        for row in rows:
            meets = row.start < (until or booking.end) and row.end > booking.start
            if row.instrument_id == booking.instrument_id and meets:
                found[booking.pk] = Shut("", row.reason)
                break
    return found


def _without_closures(booking: Booking) -> Shut | None:
    instrument = booking.instrument
    if booking.in_doubt:
        return Shut("", booking.in_doubt, in_doubt=True)
    if (reason := reason_of_state(instrument.unit, instrument.unit.state)) is not None:
        return Shut("", reason)
    if is_out(instrument.state, instrument.back_on, booking.start):
        return Shut(instrument.state, instrument.state_note)
    if booking.station > instrument.station_count:
        return Shut("", gettext_lazy("Its station is no longer there."))
    return None


def shut_then(booking: Booking) -> BrokenRule | None:
    """Return the rule that keeps anybody from promising a booked time: the instrument is known to be shut then."""
    if booking.instrument.unit.state != UnitState.ACTIVE:
        return problem("unit_state")
    found = shut_for(booking)
    return None if found is None else _problem(found)


def shut_now(instrument: Instrument, now: dt.datetime) -> BrokenRule | None:
    """Return the rule that keeps anybody from beginning a visit at this moment; one query at most."""
    if instrument.unit.state != UnitState.ACTIVE:
        return problem("unit_state")
    if is_out(instrument.state, instrument.back_on, now):
        return _problem(Shut(instrument.state, instrument.state_note))
    closed = OpeningException.objects.filter(
        instrument=instrument, is_open=False, start__lte=now, end__gt=now
    )
    row = closed.first()
    return None if row is None else _problem(Shut("", row.reason))


def _problem(found: Shut) -> BrokenRule:
    if found.state:
        return problem("instrument_state", chosen=InstrumentState(found.state).label)
    return problem("shut", chosen=found.reason)


def was_shut(booking: Booking, now: dt.datetime) -> Shut | None:
    """Return why nobody could come to a booking that has begun: as it was at its start, or as it is now."""
    found = shut_for(booking, until=min(now, booking.end))
    if found is not None:
        return found
    unit = booking.instrument.unit
    unit_then = unit_facts_at(booking.start, [unit.pk])[unit.pk]
    if (reason := reason_of_state(unit, unit_then.state)) is not None:
        return Shut("", reason)
    then = facts_at(booking.start, Instrument.objects.filter(pk=booking.instrument_id))
    state = then[booking.instrument_id].state
    return None if state == InstrumentState.IN_SERVICE else Shut(state, booking.instrument.state_note)
