"""Queries room: which instruments are used only together; none is asked for where an instrument is used alone."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.models import InstrumentLink


def goes_with(instrument: Instrument) -> list[Instrument]:
    """Return the instruments without which it is not used, by code, with unit and rules; retired ones bind no more."""
    if not instrument.is_linked:
        return []
    rows = Instrument.objects.filter(linked_from__instrument=instrument).exclude(
        state=InstrumentState.RETIRED
    )
    return list(rows.select_related("unit__policy", "policy").order_by("code"))


def linked_with(instrument: Instrument) -> frozenset[int]:
    """Return the keys of those it goes with, and of those that go with it."""
    if not instrument.is_linked:
        return frozenset()
    rows = InstrumentLink.objects.filter(Q(instrument=instrument) | Q(other=instrument))
    pairs = rows.values_list("instrument_id", "other_id")
    return frozenset(pk for pair in pairs for pk in pair if pk != instrument.pk)


def links_among(pks: Collection[int]) -> list[tuple[int, int]]:
    """Return each pair among some instruments: who goes with whom."""
    rows = InstrumentLink.objects.filter(instrument__in=pks, other__in=pks)
    return list(rows.values_list("instrument_id", "other_id"))
