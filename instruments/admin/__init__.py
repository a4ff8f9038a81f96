"""Admin room: instruments, reference lists, and the bookings and usage behind them."""

from instruments.admin.history import BookingAdmin, UsageRecordAdmin
from instruments.admin.instruments import InstrumentAdmin, StewardshipAdmin
from instruments.admin.reference import FieldAdmin, InstrumentClassAdmin
from instruments.admin.units import UnitWithInstrumentsAdmin

__all__ = [
    "BookingAdmin",
    "FieldAdmin",
    "InstrumentAdmin",
    "InstrumentClassAdmin",
    "StewardshipAdmin",
    "UnitWithInstrumentsAdmin",
    "UsageRecordAdmin",
]
