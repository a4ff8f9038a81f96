"""Permissions room: who books, decides, moves and sees bookings."""

from __future__ import annotations

from typing import Any

from instruments.booking.models import Booking
from instruments.inventory.permissions import is_custodian, sees_instrument
from members.models import Person
from members.permissions import Actor, declare, roles_of


def _active(person: Actor, _obj: Any) -> bool:
    return isinstance(person, Person) and person.is_active


def _books(person: Actor, obj: Any) -> bool:
    return _active(person, obj) and sees_instrument(person, obj)


def _decides(person: Actor, obj: Any) -> bool:
    # Whoever asked does not decide, whatever else they are.
    return isinstance(obj, Booking) and obj.person_id != person.pk and is_custodian(person, obj)


def _owner_or_keeper(person: Actor, obj: Any) -> bool:
    if not isinstance(obj, Booking) or not _active(person, obj):
        return False
    return obj.person_id == person.pk or is_custodian(person, obj)


def _sees_booking(person: Actor, obj: Any) -> bool:
    if not isinstance(obj, Booking) or not _active(person, obj):
        return False
    if obj.person_id == person.pk:
        return True
    roles = roles_of(person)
    return roles.is_officer or obj.instrument.unit_id in roles.viewer_in or is_custodian(person, obj)


def _is_owner(person: Actor, obj: Any) -> bool:
    return isinstance(obj, Booking) and _active(person, obj) and obj.person_id == person.pk


def _why(person: Actor, booking: Any) -> str:
    """Tell apart who asked from who has no right."""
    return "own_request" if booking.person_id == person.pk else "no_right"


declare(
    "instruments",
    {
        "book_instrument": _books,
        "book_for_others": is_custodian,
        "book_maintenance": is_custodian,
        "waive_rules": is_custodian,
        "view_booking": _sees_booking,
        "approve_booking": _decides,
        "decline_booking": _decides,
        "cancel_booking": _owner_or_keeper,
        "move_booking": _owner_or_keeper,
        "check_in_booking": _owner_or_keeper,
        "check_out_booking": _owner_or_keeper,
        "take_offer": _is_owner,
        "let_offer_go": _is_owner,
    },
    why={"approve_booking": _why, "decline_booking": _why},
)
