"""Queries room: the finder's answer: how many are free as chosen, on which days, and which slot is the first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from instruments.catalogue.queries.catalogue import Card, cards_of, search, with_names
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.ranking import Reader
from instruments.inventory.models import Instrument

STRIP = 7


@dataclass(frozen=True)
class Found:
    """How many fit; each of the coming seven days with its number, whatever days are chosen; the first to be free."""

    total: int
    days: Sequence[tuple[dt.date, int]]
    first: Card | None


def finder(filters: CatalogueFilters, person: Reader, now: dt.datetime) -> Found:
    """Search as the catalogue does, so that number and first slot agree with the page it opens."""
    found = search(filters, person, now)
    rows = with_names(Instrument.objects.filter(pk__in=found.pks[:1]))
    cards = cards_of(list(rows), person, now, filters.minutes, filters.days)
    first = next((card for card in cards if card.slot is not None), None)
    return Found(len(found.pks), found.days[:STRIP], first)
