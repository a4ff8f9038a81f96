"""Queries room: how many instruments of the public catalogue belong to a unit, a field, a class."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from instruments.inventory.models import Instrument, InstrumentClass, InstrumentField
from instruments.inventory.rules.class_codes import subtree_prefix


def shared_by_unit(unit_pks: Iterable[int] | None = None) -> dict[int, int]:
    """Count per unit, by its primary key; units without any are left out."""
    shared = Instrument.objects.public()
    if unit_pks is not None:
        shared = shared.filter(unit_id__in=list(unit_pks))
    return dict(shared.order_by().values_list("unit_id").annotate(Count("pk")))


def shared_by_field() -> dict[int, int]:
    """Count per application field, by its primary key; an instrument of several fields counts in each."""
    links = InstrumentField.objects.filter(instrument__in=Instrument.objects.public())
    return dict(links.order_by().values_list("field_id").annotate(Count("pk")))


def shared_by_class(classes: Iterable[InstrumentClass]) -> dict[int, int]:
    """Count per class, by its primary key; an instrument counts in its class and in every class above it."""
    rows = (
        Instrument.objects.public()
        .order_by()
        .values_list("instrument_class__scheme", "instrument_class__code")
        .annotate(Count("pk"))
    )
    counted = list(rows)
    totals = {}
    for row in classes:
        prefix = subtree_prefix(row.code)
        totals[row.pk] = sum(
            count for scheme, code, count in counted if scheme == row.scheme and code.startswith(prefix)
        )
    return totals
