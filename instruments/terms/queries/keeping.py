"""Queries room: who keeps instruments, when they are open, for whom they have a price; for many at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Stewardship
from instruments.terms.models import OpeningPeriod, Rate
from instruments.terms.rules.next_step import Keeping
from members.enums import UserCategory

CHARGED: dict[str, tuple[str, ...]] = {
    SharingMode.EXTERNAL.value: tuple(UserCategory.values),
    SharingMode.INTERNAL.value: (UserCategory.INTERNAL.value,),
}
"""User categories that may book in a sharing mode; an instrument that is not shared is for nobody."""


def keeping_of(pks: Collection[int], day: dt.date) -> dict[int, Keeping]:
    """Return steward, hours and prices of many instruments on a day, in three queries."""
    kept = set(Stewardship.objects.on(day).filter(instrument__in=pks).values_list("instrument", flat=True))
    opened = set(
        OpeningPeriod.objects.filter(instrument__in=pks).order_by().values_list("instrument", flat=True)
    )
    priced: defaultdict[int, set[str]] = defaultdict(set)
    rates = Rate.objects.filter(instrument__in=pks, valid_from__lte=day).order_by()
    for pk, category in rates.values_list("instrument", "category").distinct():
        priced[pk].add(category)
    return {pk: Keeping(pk in kept, pk in opened, frozenset(priced[pk])) for pk in pks}
