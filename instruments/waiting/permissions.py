"""Permissions room: who handles a wish on a wait list, and who sees the line of an instrument."""

from __future__ import annotations

from typing import Any

from instruments.inventory.permissions import is_custodian
from instruments.waiting.models import WaitEntry
from members.models import Person
from members.permissions import Actor, declare


def _handles(person: Actor, obj: Any) -> bool:
    if not isinstance(obj, WaitEntry) or not isinstance(person, Person) or not person.is_active:
        return False
    return obj.person_id == person.pk or person.is_superuser


declare("instruments", {"handle_wait": _handles, "view_line": is_custodian})
