"""Queries room: the names behind the codes by which the catalogue is narrowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import F, QuerySet, Value
from django.utils.translation import get_language

from background.kept import kept
from instruments.inventory.models import ApplicationField, InstrumentClass
from members.models import MemberUnit, Region

KEPT_SECONDS = 60
_KEY = "catalogue.labels"


@dataclass(frozen=True)
class Label:
    """A code and its two names."""

    code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the reader's language, or the other one where that is blank."""
        chinese = (get_language() or "zh").startswith("zh")
        first, second = (self.name_zh, self.name_en) if chinese else (self.name_en, self.name_zh)
        return first or second


@dataclass(frozen=True)
class Labels:
    """All codes with their names, by kind."""

    fields: Mapping[str, Label]
    classes: Mapping[str, Label]
    units: Mapping[str, Label]
    regions: Mapping[str, Label]


def labels() -> Labels:
    """Return the names of all fields, classes, units and regions; one query, kept a minute.

    A unit that was just added or renamed shows after that minute at the latest.
    """
    return kept(_KEY, KEPT_SECONDS, _read)


def forget_labels() -> None:
    """Drop what is kept, after a name or code has changed."""
    cache.delete(_KEY)


def _read() -> Labels:
    found: dict[str, dict[str, Label]] = {"field": {}, "class": {}, "unit": {}, "region": {}}
    rows = _labelled("field", ApplicationField.objects.all()).union(
        _labelled("class", InstrumentClass.objects.all()),
        _labelled("unit", MemberUnit.objects.all()),
        _labelled("region", Region.objects.all()),
        all=True,
    )
    for kind, code, name_zh, name_en in sorted(rows):
        found[kind][code] = Label(code, name_zh, name_en)
    return Labels(found["field"], found["class"], found["unit"], found["region"])


def _labelled(kind: str, rows: QuerySet) -> QuerySet:  # type: ignore[type-arg]
    return rows.order_by().values_list(Value(kind), F("code"), F("name_zh"), F("name_en"))
