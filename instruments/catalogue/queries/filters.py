"""Queries room: what a reader of the catalogue can choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ORDERINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code",),
    "name": ("name_zh", "code"),
    "value": ("original_value", "code"),
    "-value": ("-original_value", "code"),
    "newest": ("-started_on", "code"),
    "relevance": ("relevance", "code"),
}
"""What each ordering sorts by; the code last, so that paging never shows a row twice."""


@dataclass(frozen=True)
class CatalogueFilters:
    """What a reader has chosen; an empty choice narrows nothing, several values of one kind mean any of them.

    Values and prices in yuan, times aware, lengths in minutes. Days and the words for times (`free`, see
    `availability.rules.presets`) mean office hours unless `any_hour`; a window means what it says. `near` is the code
    of the region from which distances count.
    """

    q: str = ""
    fields: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    max_price: Decimal | None = None
    at_once: bool = False
    free_from: dt.datetime | None = None
    free_to: dt.datetime | None = None
    free: tuple[str, ...] = ()
    days: tuple[dt.date, ...] = ()
    minutes: int | None = None
    any_hour: bool = False
    near: str = ""
    ordering: str = ""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing narrows the catalogue; order, length and hours alone do not."""
        alone = CatalogueFilters(ordering=self.ordering, minutes=self.minutes, any_hour=self.any_hour)
        return alone == self

    @property
    def window(self) -> tuple[dt.datetime, dt.datetime] | None:
        """The time in which a slot must be free, once both ends are chosen."""
        if self.free_from is None or self.free_to is None:
            return None
        return self.free_from, self.free_to
