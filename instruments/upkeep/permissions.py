"""Permissions room: who reports faults, and who sees them in full."""

from __future__ import annotations

from typing import Any

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import is_custodian
from instruments.upkeep.models import Fault
from members.models import Person
from members.permissions import Actor, can, declare, roles_of

_USES = (BookingState.CONFIRMED, BookingState.IN_USE, BookingState.COMPLETED)


def _reports(person: Actor, obj: Any) -> bool:
    """Whoever uses the instrument, has used it or has it booked, and whoever keeps it."""
    if not isinstance(obj, Instrument) or not isinstance(person, Person) or not person.is_active:
        return False
    if is_custodian(person, obj):
        return True
    uses = Booking.objects.filter(person=person, kind=BookingKind.USE, state__in=_USES, instrument=obj)
    return uses.exists()


def _sees_fault(person: Actor, obj: Any) -> bool:
    if not (isinstance(obj, Fault) and isinstance(person, Person) and person.is_active):
        return False
    roles = roles_of(person)
    return (
        obj.reported_by_id == person.pk
        or roles.is_officer
        or obj.instrument.unit_id in roles.viewer_in
        or is_custodian(person, obj)
    )


def _sees_upkeep(person: Actor, obj: Any) -> bool:
    """Who keeps the instrument, and who sees the inventory of its unit."""
    if is_custodian(person, obj):
        return True
    instrument = getattr(obj, "instrument", obj)
    return isinstance(instrument, Instrument) and can(person, "view_inventory", instrument.unit)


declare(
    "instruments",
    {
        "report_fault": _reports,
        "view_fault": _sees_fault,
        "handle_fault": is_custodian,
        "stop_instrument": is_custodian,
        "plan_upkeep": is_custodian,
        "view_upkeep": _sees_upkeep,
    },
)
