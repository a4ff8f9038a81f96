"""Rounds as they are read: who may see which."""

from __future__ import annotations

from itertools import count

from django.db.models import Q, QuerySet
from django.utils import timezone

from evaluations.enums import ObjectKind, RoundState
from evaluations.rounds.models import Round
from members.permissions import Actor, roles_of


def published_rounds() -> QuerySet[Round]:
    """Rounds whose results are public today, newest first; in bulk what `permissions.is_public` says of one."""
    shown = Q(state=RoundState.FINAL) | Q(
        state=RoundState.PUBLICISED, publicity_start__lte=timezone.localdate()
    )
    return Round.objects.filter(shown).select_related("scheme")


def rounds_visible_to(person: Actor) -> QuerySet[Round]:
    """The public rounds; for officers all of them."""
    if roles_of(person).is_officer:
        return Round.objects.select_related("scheme")
    return published_rounds()


def first_free_year(earliest: int) -> int:
    """The first year from `earliest` on that has no round for units; one query."""
    taken = set(Round.objects.filter(kind=ObjectKind.UNIT, year__gte=earliest).values_list("year", flat=True))
    return next(year for year in count(earliest) if year not in taken)
