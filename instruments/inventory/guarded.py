"""Guarded room: one instrument or unit for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from instruments.inventory.models import Instrument
from instruments.inventory.permissions import with_custody
from members.guarded import refuse_as_missing
from members.models import MemberUnit
from members.permissions import Actor, can
from members.queries.units import unit_by_code


def instrument_for(person: Actor, code: str) -> Instrument:
    """Return an instrument the person may see, with unit, region, class and policy. Raises Http404."""
    return _instrument(person, code, "view_instrument")


def kept_instrument_for(person: Actor, code: str) -> Instrument:
    """Return an instrument the person keeps. Raises Http404."""
    return _instrument(person, code, "keep_instrument")


def editable_instrument_for(person: Actor, code: str) -> Instrument:
    """Return an instrument whose record and terms the person may edit. Raises Http404."""
    return _instrument(person, code, "edit_instrument")


def inventory_unit_for(person: Actor, code: str, verb: str = "view_inventory") -> MemberUnit:
    """Return a unit, one that has left too, whose instruments the person may `verb`. Raises Http404."""
    unit = unit_by_code(code)
    if unit is None:
        raise Http404
    if not can(person, verb, unit):
        refuse_as_missing(person, verb, unit, app="instruments")
    return unit


def unit_instrument_for(person: Actor, unit_code: str, code: str, verb: str) -> Instrument:
    """Return an instrument of this very unit to which the person may `verb`. Raises Http404."""
    instrument = _instrument(person, code, verb)
    if instrument.unit.code != unit_code:
        raise Http404
    return instrument


def _instrument(person: Actor, code: str, verb: str) -> Instrument:
    rows = with_custody(
        Instrument.objects.select_related("unit__policy", "region", "instrument_class", "policy"), person
    )
    # PostgreSQL refuses a text with a zero byte; no code has one.
    instrument = None if "\0" in code else rows.filter(code=code).first()
    if instrument is None:
        raise Http404
    if not can(person, verb, instrument):
        refuse_as_missing(person, verb, instrument, app="instruments")
    return instrument
