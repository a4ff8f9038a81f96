"""Permissions room: a set of bookings is its person's own; its parts are seen and decided on as any booking.

Officers, who see every booking, see the sets too.
"""

from __future__ import annotations

from typing import Any

from instruments.bundles.models import BookingBundle
from members.models import Person
from members.permissions import Actor, declare, roles_of


def _is_own(person: Actor, obj: Any) -> bool:
    return (
        isinstance(obj, BookingBundle)
        and isinstance(person, Person)
        and person.is_active
        and obj.person_id == person.pk
    )


def _sees(person: Actor, obj: Any) -> bool:
    return _is_own(person, obj) or (isinstance(person, Person) and roles_of(person).is_officer)


declare("instruments", {"view_bundle": _sees, "cancel_bundle": _is_own})
