"""Permissions room: the two sides of a booking, who alone read and write what is said about it."""

from __future__ import annotations

from typing import Any

from instruments.booking.enums import BookingKind
from instruments.booking.models import Booking
from instruments.inventory.permissions import is_custodian
from members.models import Person
from members.permissions import Actor, declare


def is_side(person: Actor, obj: Any) -> bool:
    """Tell whether somebody booked, or keeps the instrument; an offer that nobody took has no sides, nor has upkeep."""
    if not isinstance(obj, Booking) or not isinstance(person, Person) or not person.is_active:
        return False
    if obj.kind != BookingKind.USE or obj.is_offer:
        return False
    return obj.person_id == person.pk or is_custodian(person, obj)


declare(
    "instruments",
    {
        "read_messages": is_side,
        "write_message": is_side,
        "read_attachments": is_side,
        "attach_files": is_side,
    },
)
