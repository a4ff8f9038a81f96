"""Queries room: the reply templates of units."""

from __future__ import annotations

from collections.abc import Iterable

from instruments.replies.models import ReplyTemplate
from members.models import MemberUnit


def replies_of(unit: MemberUnit) -> list[ReplyTemplate]:
    """Return the templates of a unit by name; one query."""
    return list(ReplyTemplate.objects.filter(unit=unit))


def replies_in(units: Iterable[int]) -> dict[int, list[ReplyTemplate]]:
    """Return the templates of several units by the key of the unit; one query."""
    found: dict[int, list[ReplyTemplate]] = {}
    for reply in ReplyTemplate.objects.filter(unit__in=set(units)):
        found.setdefault(reply.unit_id, []).append(reply)
    return found


def reply_named(key: str) -> ReplyTemplate | None:
    """Return the template of a key as a form sends it, None where there is none such."""
    is_key = key.isascii() and key.isdecimal() and len(key) < 10
    return ReplyTemplate.objects.filter(pk=int(key)).first() if is_key else None
