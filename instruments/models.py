"""Rows of the instruments app, gathered from its capabilities for Django; nobody else imports them from here."""

from instruments.availability.models import AvailabilityChange
from instruments.booking.models import Booking, BookingSeries, BookingStep
from instruments.bundles.models import BookingBundle, BundlePart
from instruments.calendars.models import CalendarFeed
from instruments.inventory.models import (
    ApplicationField,
    Instrument,
    InstrumentClass,
    InstrumentFacts,
    InstrumentField,
    InstrumentFunding,
    InstrumentPart,
    Stewardship,
)
from instruments.terms.models import (
    BookingPolicy,
    Holiday,
    InstrumentLink,
    OpeningException,
    OpeningPeriod,
    Rate,
)
from instruments.upkeep.models import Breakdown, BreakdownBlock, Fault, FaultPhoto, UpkeepDone, UpkeepPlan
from instruments.usage.models import UsageRecord
from instruments.waiting.models import WaitEntry, WaitOffer

__all__ = [
    "ApplicationField",
    "AvailabilityChange",
    "Booking",
    "BookingBundle",
    "BookingPolicy",
    "BookingSeries",
    "BookingStep",
    "Breakdown",
    "BreakdownBlock",
    "BundlePart",
    "CalendarFeed",
    "Fault",
    "FaultPhoto",
    "Holiday",
    "Instrument",
    "InstrumentClass",
    "InstrumentFacts",
    "InstrumentField",
    "InstrumentFunding",
    "InstrumentLink",
    "InstrumentPart",
    "OpeningException",
    "OpeningPeriod",
    "Rate",
    "Stewardship",
    "UpkeepDone",
    "UpkeepPlan",
    "UsageRecord",
    "WaitEntry",
    "WaitOffer",
]
