"""Permissions room: who records, corrects and sees usage."""

from __future__ import annotations

from typing import Any

from instruments.inventory.permissions import is_custodian, unit_of
from instruments.usage.models import UsageRecord
from members.models import MemberUnit
from members.permissions import Actor, declare, roles_of


def _records(person: Actor, obj: Any) -> bool:
    if isinstance(obj, MemberUnit):
        roles = roles_of(person)
        return roles.is_superuser or obj.pk in roles.manager_of | roles.steward_in
    return is_custodian(person, obj)


def _sees_usage(person: Actor, obj: Any) -> bool:
    roles = roles_of(person)
    unit = unit_of(obj)
    if unit is None:
        return False
    if roles.is_officer or unit in roles.manager_of | roles.viewer_in:
        return True
    if isinstance(obj, UsageRecord) and obj.person_id is not None and obj.person_id == person.pk:
        return True
    return unit in roles.steward_in if isinstance(obj, MemberUnit) else is_custodian(person, obj)


declare(
    "instruments",
    {
        "record_usage": _records,
        "correct_usage": _records,
        "void_usage": _records,
        "agree_usage": _records,
        "view_usage": _sees_usage,
    },
)
