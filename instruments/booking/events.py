"""What happens to bookings, for whoever subscribes; each stands in the history under its verb."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from changes import Event, Recorded
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Recorded):
    """Something happened to a booking; `before` is None where it is new."""

    target: Booking


@dataclass(frozen=True, kw_only=True)
class BookingRequested(BookingEvent):
    """Time is held until somebody decides."""

    verb: str = "instruments.booking.requested"


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(BookingEvent):
    """Time is booked without anybody deciding."""

    verb: str = "instruments.booking.confirmed"


@dataclass(frozen=True, kw_only=True)
class MaintenanceBooked(BookingConfirmed):
    """Time is held for upkeep."""


@dataclass(frozen=True, kw_only=True)
class BookingApproved(BookingEvent):
    """A custodian said yes to a request."""

    verb: str = "instruments.booking.approved"


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(BookingEvent):
    """A custodian said no to a request."""

    verb: str = "instruments.booking.declined"


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """The person or a custodian gave the time back."""

    verb: str = "instruments.booking.cancelled"


@dataclass(frozen=True, kw_only=True)
class BookingExpired(BookingEvent):
    """Nobody decided on a request in time."""

    verb: str = "instruments.booking.expired"


@dataclass(frozen=True, kw_only=True)
class BookingHandedOver(BookingEvent):
    """Somebody else has the booking from now on."""

    verb: str = "instruments.booking.handed_over"


@dataclass(frozen=True, kw_only=True)
class BookingCompetes(BookingEvent):
    """A request has held its time long enough: it goes on waiting, and others may ask for the time."""

    verb: str = "instruments.booking.competes"


@dataclass(frozen=True, kw_only=True)
class BookingLost(BookingDeclined):
    """Another got the time that was asked for."""

    verb: str = "instruments.booking.lost"


@dataclass(frozen=True, kw_only=True)
class BookingOffered(BookingEvent):
    """Free time is held for somebody who waits for it, until they take it, let it go, or the offer ends."""

    verb: str = "instruments.booking.offered"


@dataclass(frozen=True, kw_only=True)
class OfferTaken(BookingEvent):
    """Who was offered the time has booked it, or asked for it where it needs an approval."""

    verb: str = "instruments.booking.offer_taken"


@dataclass(frozen=True, kw_only=True)
class OfferEnded(BookingEvent):
    """An offered time was not taken; what follows says how."""


@dataclass(frozen=True, kw_only=True)
class OfferLetGo(OfferEnded):
    """Who was offered the time does not want it."""

    verb: str = "instruments.booking.offer_let_go"


@dataclass(frozen=True, kw_only=True)
class OfferLapsed(OfferEnded):
    """Nobody answered an offer in time."""

    verb: str = "instruments.booking.offer_lapsed"


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawn(OfferEnded):
    """The time cannot be had any more: upkeep needs it, or the rules have changed."""

    verb: str = "instruments.booking.offer_withdrawn"


@dataclass(frozen=True, kw_only=True)
class BookingMoved(BookingEvent):
    """A booking stands at another time, or on another instrument."""

    verb: str = "instruments.booking.moved"


@dataclass(frozen=True, kw_only=True)
class BookingInDoubt(BookingEvent):
    """Whoever keeps the instrument says that it may not be usable at the booked time."""

    verb: str = "instruments.booking.in_doubt"


@dataclass(frozen=True, kw_only=True)
class BookingStands(BookingEvent):
    """A booking that was in doubt stands: the instrument can be used then."""

    verb: str = "instruments.booking.stands"


@dataclass(frozen=True, kw_only=True)
class RulesWaived(BookingEvent):
    """Whoever keeps the instrument made an exception from its rules."""

    verb: str = "instruments.booking.waived"


@dataclass(frozen=True, kw_only=True)
class BookingMissed(BookingEvent):
    """Nobody came."""

    verb: str = "instruments.booking.no_show"


@dataclass(frozen=True, kw_only=True)
class VisitBegun(BookingEvent):
    """Somebody checked in."""

    verb: str = "instruments.booking.checked_in"


@dataclass(frozen=True, kw_only=True)
class VisitEnded(BookingEvent):
    """A visit is over: from `arrived` to `left`; the hours that count as somebody said them, else all; samples.

    `forgotten`: nobody checked out, so it was ended at the booked end, and nobody has said that this is true.
    """

    verb: str = "instruments.booking.completed"
    arrived: dt.datetime
    left: dt.datetime
    effective_hours: Decimal | None
    samples: int
    forgotten: bool = False


@dataclass(frozen=True, kw_only=True)
class MaintenanceEnded(BookingEvent):
    """The time of upkeep is over."""

    verb: str = "instruments.booking.completed"


@dataclass(frozen=True, kw_only=True)
class TimeContested(Event):
    """Somebody got time that others had asked for: the requests that competed for a part of it, by key."""

    instrument: Instrument
    rivals: Sequence[UUID]


@dataclass(frozen=True, kw_only=True)
class TimeFreed(Event):
    """Nobody holds [start, end) on that station any more; it may lie in the past. Others may hold it again at once."""

    instrument: Instrument
    station: int
    start: dt.datetime
    end: dt.datetime
