"""Queries room: the finder's answer: how many are free as chosen, on which days, and which slot is the first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from instruments.catalogue.queries.catalogue import Card, cards_of, counted_days, rows_of
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.ranking import Ranked
from instruments.catalogue.queries.selection import Reader, Selection

STRIP = 7


@dataclass(frozen=True)
class Found:
    """How many fit; each of the coming seven days with its number, whatever days are chosen; the first to be free."""

    total: int
    days: Sequence[tuple[dt.date, int]]
    first: Card | None


def finder(filters: CatalogueFilters, person: Reader, now: dt.datetime) -> Found:
    """Search as the catalogue does, so that number and first slot agree with the page it opens."""
    selection = Selection(filters, person, now)
    found = Ranked(selection)
    cards = cards_of(rows_of(found[:1]), selection)
    first = next((card for card in cards if card.slot is not None), None)
    return Found(len(found), counted_days(selection)[:STRIP], first)
