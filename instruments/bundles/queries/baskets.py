"""Queries room: the instruments that somebody collects for a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from members.enums import UnitState
from members.models import Person


def instruments_named(codes: Sequence[str]) -> Mapping[str, Instrument]:
    """Return the public instruments of these codes, with unit and rules, by code; one query, none without codes."""
    if not codes:
        return {}
    rows = Instrument.objects.public().filter(code__in=codes).select_related("unit__policy", "policy")
    return {row.code: row for row in rows}


def others_of_class(instruments: Sequence[Instrument], person: Person, count: int) -> list[Instrument]:
    """Return up to `count` other instruments of the same classes, in service and shared with the person, by code."""
    classes = {one.instrument_class_id for one in instruments}
    rows = Instrument.objects.public().filter(
        instrument_class__in=classes, state=InstrumentState.IN_SERVICE, unit__state=UnitState.ACTIVE
    )
    rows = rows.filter(Q(sharing_mode=SharingMode.EXTERNAL) | Q(unit=person.home_unit_id))
    return list(rows.exclude(pk__in=[one.pk for one in instruments]).order_by("code")[:count])
