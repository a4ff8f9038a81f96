"""Notices as they are read."""

from __future__ import annotations

from notices.models import Notice


def unread_count(person_pk: int) -> int:
    """Count the notices a person has not read."""
    return Notice.objects.filter(person_id=person_pk, read_at=None).count()
