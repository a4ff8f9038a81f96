"""Guarded room: one reply template of a unit for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from instruments.replies.models import ReplyTemplate
from members.models import MemberUnit


def reply_in(unit: MemberUnit, pk: int) -> ReplyTemplate:
    """Return a template of this very unit, whose templates the person may edit. Raises Http404."""
    reply = ReplyTemplate.objects.filter(unit=unit, pk=pk).first()
    if reply is None:
        raise Http404
    return reply
