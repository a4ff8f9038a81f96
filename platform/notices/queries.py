"""Notices as they are read."""

from __future__ import annotations

from django.db.models import BigIntegerField, Count, Max, Q, QuerySet

from changes.remembered import Given, Remembered
from notices.models import Notice


def unread_count(person_pk: int) -> int:
    """Count the notices a person has not read."""
    return Notice.objects.filter(person_id=person_pk, read_at=None).count()


def newest_and_unread(person_pk: int) -> tuple[int | None, int]:
    """Return the key of a person's newest notice and how many are unread: what changes with each one sent or read."""
    return _NEWEST_AND_UNREAD.first(person=person_pk) or (None, 0)


def _newest_and_unread() -> QuerySet[Notice, tuple[int | None, int]]:
    mine = Notice.objects.filter(person=Given("person", BigIntegerField())).order_by()
    found = mine.values("person").annotate(newest=Max("pk"), unread=Count("pk", filter=Q(read_at=None)))
    return found.values_list("newest", "unread")


_NEWEST_AND_UNREAD = Remembered(_newest_and_unread)
