"""Queries room: the directory of member units."""

from __future__ import annotations

from django.db.models import QuerySet

from members.enums import UnitState
from members.models import MemberUnit, Region


def directory() -> QuerySet[MemberUnit]:
    """Units that are members or suspended, by code, with their region; those that left are not listed."""
    return MemberUnit.objects.exclude(state=UnitState.LEFT).select_related("region").order_by("code")


def unit_by_code(code: str) -> MemberUnit | None:
    """Find a unit, whatever its state, or None."""
    if "\0" in code:
        return None  # PostgreSQL refuses a text with a zero byte; no code has one.
    return MemberUnit.objects.select_related("region").filter(code=code).first()


def regions() -> QuerySet[Region]:
    """All twelve leagues and cities, by code."""
    return Region.objects.order_by("code")
