"""Rows of the inventory."""

from instruments.inventory.models.deputy import Deputy
from instruments.inventory.models.facts import InstrumentFacts
from instruments.inventory.models.instrument import (
    Instrument,
    InstrumentField,
    InstrumentFunding,
    Stewardship,
)
from instruments.inventory.models.part import InstrumentPart
from instruments.inventory.models.reference import ApplicationField, InstrumentClass

__all__ = [
    "ApplicationField",
    "Deputy",
    "Instrument",
    "InstrumentClass",
    "InstrumentFacts",
    "InstrumentField",
    "InstrumentFunding",
    "InstrumentPart",
    "Stewardship",
]
