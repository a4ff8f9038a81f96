"""Rows of the instruments app, gathered from its capabilities for Django; nobody else imports them from here."""

from instruments.availability.models import AvailabilityChange
from instruments.booking.models import Booking, BookingSeries, BookingStep
from instruments.bundles.models import BookingBundle, BundlePart
from instruments.calendars.models import CalendarFeed
from instruments.inventory.models import (
    ApplicationField,
    Deputy,
    Instrument,
    InstrumentClass,
    InstrumentFacts,
    InstrumentField,
    InstrumentFunding,
    InstrumentPart,
    Stewardship,
)
from instruments.letters.models import BookingAttachment, BookingMessage
from instruments.opendata.models import OpenSlot
from instruments.replies.models import ReplyTemplate
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
    "BookingAttachment",
    "BookingBundle",
    "BookingMessage",
    "BookingPolicy",
    "BookingSeries",
    "BookingStep",
    "Breakdown",
    "BreakdownBlock",
    "BundlePart",
    "CalendarFeed",
    "Deputy",
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
    "OpenSlot",
    "OpeningException",
    "OpeningPeriod",
    "Rate",
    "ReplyTemplate",
    "Stewardship",
    "UpkeepDone",
    "UpkeepPlan",
    "UsageRecord",
    "WaitEntry",
    "WaitOffer",
]
