"""Notices as they are read."""

from __future__ import annotations

from django.db.models import BigIntegerField, Count, QuerySet, Subquery
from django.db.models.functions import Coalesce

from changes.remembered import Given, Remembered
from notices.models import Notice


def unread_count(person_pk: int) -> int:
    """Count the notices a person has not read."""
    return Notice.objects.filter(person_id=person_pk, read_at=None).count()


def newest_and_unread(person_pk: int) -> tuple[int | None, int]:
    """Return the key of a person's newest notice and how many are unread: what changes with each one sent or read."""
    return _NEWEST_AND_UNREAD.first(person=person_pk) or (None, 0)


def _newest_and_unread() -> QuerySet[Notice, tuple[int, int]]:
    # Each by an index of its own: who has thousands of notices waits no longer than who has one.
    mine = Notice.objects.filter(person=Given("person", BigIntegerField()))
    unread = mine.filter(read_at=None).order_by().values("person").annotate(count=Count("*")).values("count")
    rows = mine.order_by("-created_at").annotate(unread=Coalesce(Subquery(unread), 0))
    return rows.values_list("pk", "unread")[:1]


_NEWEST_AND_UNREAD = Remembered(_newest_and_unread)
