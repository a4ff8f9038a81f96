"""Permissions room: who keeps the reply templates of a unit."""

from __future__ import annotations

from typing import Any

from members.models import MemberUnit
from members.permissions import Actor, declare, roles_of


def _keeps_replies(person: Actor, obj: Any) -> bool:
    """Managers and stewards of the unit."""
    roles = roles_of(person)
    return isinstance(obj, MemberUnit) and (
        roles.is_superuser or obj.pk in roles.manager_of | roles.steward_in
    )


declare("instruments", {"edit_replies": _keeps_replies})
