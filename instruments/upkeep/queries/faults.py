"""Queries room: faults that stand where one books, and in the lists of those who keep the instruments."""

from __future__ import annotations

from collections.abc import Sequence

from instruments.inventory.models import Instrument
from instruments.upkeep.models import Fault

_KEPT = "_standing_faults"


def standing_faults(instrument: Instrument) -> list[Fault]:
    """Return the faults of an instrument that stand, the gravest first; one query, kept on the instance."""
    found: list[Fault] | None = getattr(instrument, _KEPT, None)
    if found is None:
        found = list(Fault.objects.standing().filter(instrument=instrument))
        setattr(instrument, _KEPT, found)
    return found


def faults_to_handle(kept: Sequence[Instrument]) -> list[Fault]:
    """Return the faults that stand of the instruments a person keeps, the gravest first; one query."""
    places = {instrument.pk: instrument for instrument in kept}
    rows = Fault.objects.standing().filter(instrument__in=places).select_related("reported_by")
    found = list(rows)
    for fault in found:
        fault.instrument = places[fault.instrument_id]
    return found
