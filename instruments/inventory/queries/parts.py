"""Queries room: the versions of the parts of an instrument."""

from __future__ import annotations

from instruments.inventory.enums import Part
from instruments.inventory.models import Instrument, InstrumentPart


def parts_of(instrument: Instrument) -> dict[str, InstrumentPart]:
    """Return every part by name in one query, with who changed it last; one never changed has version 1."""
    rows = InstrumentPart.objects.filter(instrument=instrument).select_related("changed_by")
    found = {row.part: row for row in rows}
    return {part.value: found.get(part.value, InstrumentPart(part=part.value)) for part in Part}
