"""Queries room: whether instruments open at all, and for whom they have a price; for many at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from instruments.inventory.queries.readiness import TermsOffer
from instruments.terms.models import OpeningPeriod, Rate


def offers_of(pks: Collection[int], day: dt.date) -> dict[int, TermsOffer]:
    """Return hours (on that day or later) and prices of many instruments on a day, in two queries."""
    opened = set(
        OpeningPeriod.objects.touching(day)
        .filter(instrument__in=pks)
        .order_by()
        .values_list("instrument", flat=True)
    )
    priced: defaultdict[int, set[str]] = defaultdict(set)
    rates = Rate.objects.filter(instrument__in=pks, valid_from__lte=day).order_by()
    for pk, category in rates.values_list("instrument", "category").distinct():
        priced[pk].add(category)
    return {pk: TermsOffer(pk in opened, frozenset(priced[pk])) for pk in pks}
