"""Guarded room: fetches one object for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from instruments.models import Booking, Instrument, UsageRecord
from instruments.permissions import Actor, can, with_keeping
from instruments.queries.bookings import bookings_with_relations
from members.guarded import hide
from members.models import MemberUnit
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
    unit = None if "\0" in code else unit_by_code(code)
    if unit is None:
        raise Http404
    if not can(person, verb, unit):
        hide(person, verb, unit, app="instruments")
    return unit


def unit_instrument_for(person: Actor, unit_code: str, code: str, verb: str) -> Instrument:
    """Return an instrument of this very unit to which the person may `verb`. Raises Http404."""
    instrument = _instrument(person, code, verb)
    if instrument.unit.code != unit_code:
        raise Http404
    return instrument


def booking_for(person: Actor, pk: UUID | str) -> Booking:
    """Return a booking the person may see, with person, instrument, unit and policy. Raises Http404."""
    booking = bookings_with_relations().filter(pk=_uuid(pk)).first()
    if booking is None:
        raise Http404
    if not can(person, "view_booking", booking):
        hide(person, "view_booking", booking, app="instruments")
    return booking


def usage_record_for(person: Actor, pk: UUID | str) -> UsageRecord:
    """Return a usage record the person may see, with instrument and unit. Raises Http404."""
    rows = UsageRecord.objects.select_related("instrument__unit", "unit", "person", "booking", "corrects")
    record = rows.filter(pk=_uuid(pk)).first()
    if record is None:
        raise Http404
    if not can(person, "view_usage", record):
        hide(person, "view_usage", record, app="instruments")
    return record


def _instrument(person: Actor, code: str, verb: str) -> Instrument:
    rows = with_keeping(
        Instrument.objects.select_related("unit", "region", "instrument_class", "policy"), person
    )
    # PostgreSQL refuses a text with a zero byte; no code has one.
    instrument = None if "\0" in code else rows.filter(code=code).first()
    if instrument is None:
        raise Http404
    if not can(person, verb, instrument):
        hide(person, verb, instrument, app="instruments")
    return instrument


def _uuid(pk: UUID | str) -> UUID:
    if isinstance(pk, UUID):
        return pk
    try:
        return UUID(pk)
    except ValueError:
        raise Http404 from None
