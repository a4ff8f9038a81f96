"""Actions room: the version of each part of an instrument, compared and raised under the instrument's lock."""

from __future__ import annotations

from changes import Work, unchanged
from instruments.inventory.enums import Part
from instruments.inventory.models import Instrument, InstrumentPart


def seen_part(work: Work, instrument: Instrument, part: Part, seen: int | None) -> InstrumentPart:
    """Read a part of a locked instrument and compare its version with what was seen. Raises StaleVersion."""
    row = InstrumentPart.objects.filter(instrument=instrument, part=part).first()
    row = row or InstrumentPart(instrument=instrument, part=part.value)
    unchanged(row, seen)
    return row


def part_changed(work: Work, row: InstrumentPart) -> None:
    """Raise the version of a part and keep who changed it when."""
    row.version += 1
    row.changed_at, row.changed_by = work.now, work.actor
    row.save()
