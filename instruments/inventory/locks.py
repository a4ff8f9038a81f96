"""Locks room: instruments; whoever takes time on one stands in its line."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from changes import Work
from instruments.inventory.models import Instrument


def lock_instrument(work: Work | int, pk: int | None = None) -> Instrument:
    """Lock one instrument and read it with its unit and policy. Raises Instrument.DoesNotExist."""
    if not isinstance(work, Work):
        return _rows().select_for_update(of=("self",), no_key=True).get(pk=work)
    return work.lock_one(_rows(), pk)


def lock_instruments(work: Any, pks: Collection[int] | None = None) -> dict[int, Instrument]:
    """Lock several instruments; return those that exist by key."""
    if not isinstance(work, Work):
        rows = _rows().select_for_update(of=("self",), no_key=True).filter(pk__in=work).order_by("pk")
        return {instrument.pk: instrument for instrument in rows}
    return work.lock(_rows(), pks or ())


def _rows() -> QuerySet[Instrument]:
    return Instrument.objects.select_related("unit", "policy")
