"""The admin of the instruments app, gathered from its capabilities for Django."""

from instruments.booking.admin import BookingAdmin
from instruments.inventory.admin.instruments import InstrumentAdmin, StewardshipAdmin
from instruments.inventory.admin.reference import FieldAdmin, InstrumentClassAdmin
from instruments.terms.admin import HolidayAdmin
from instruments.usage.admin import UsageRecordAdmin

__all__ = [
    "BookingAdmin",
    "FieldAdmin",
    "HolidayAdmin",
    "InstrumentAdmin",
    "InstrumentClassAdmin",
    "StewardshipAdmin",
    "UsageRecordAdmin",
]
