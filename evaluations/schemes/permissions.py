"""Permissions room: who writes schemes."""

from __future__ import annotations

from typing import Any

from members.permissions import Actor, Roles, by_roles, declare


def _officer(roles: Roles, _person: Actor, _obj: Any) -> bool:
    return roles.is_officer


declare("evaluations", by_roles({"manage_schemes": _officer}))
