"""Rows of the instruments app."""

from instruments.models.booking import Booking
from instruments.models.instrument import Instrument, InstrumentField, InstrumentFunding, Stewardship
from instruments.models.reference import ApplicationField, InstrumentClass
from instruments.models.terms import BookingPolicy, OpeningException, OpeningPeriod, Rate
from instruments.models.usage import UsageRecord

__all__ = [
    "ApplicationField",
    "Booking",
    "BookingPolicy",
    "Instrument",
    "InstrumentClass",
    "InstrumentField",
    "InstrumentFunding",
    "OpeningException",
    "OpeningPeriod",
    "Rate",
    "Stewardship",
    "UsageRecord",
]
