"""Notices as they are read."""

from __future__ import annotations

from django.db.models import Count, Max, Q

from notices.models import Notice


def unread_count(person_pk: int) -> int:
    """Count the notices a person has not read."""
    return Notice.objects.filter(person_id=person_pk, read_at=None).count()


def newest_and_unread(person_pk: int) -> tuple[int | None, int]:
    """Return the key of a person's newest notice and how many are unread: what changes with each one sent or read."""
    found = Notice.objects.filter(person_id=person_pk).aggregate(
        newest=Max("pk"), unread=Count("pk", filter=Q(read_at=None))
    )
    return found["newest"], found["unread"]
