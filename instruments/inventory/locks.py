"""Locks room: instruments; whoever takes time on one stands in its line."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from changes import Work
from instruments.inventory.models import Instrument


def lock_instrument(work: Work, key: int | str, *fields: str) -> Instrument:
    """Lock the instrument of a primary key or code and read it with unit and policy. Raises Instrument.DoesNotExist.

    `fields` are the only ones read at once, for whoever needs few of its four dozen.
    """
    rows = _rows().only(*fields) if fields else _rows()
    return work.lock_named(rows, code=key) if isinstance(key, str) else work.lock_one(rows, key)


def lock_instruments(work: Work, pks: Iterable[int], *, skip_locked: bool = False) -> dict[int, Instrument]:
    """Lock several instruments; return those that exist by key, with `skip_locked` those that nobody else holds."""
    return work.lock(_rows(), pks, skip_locked=skip_locked)


def _rows() -> QuerySet[Instrument]:
    return Instrument.objects.select_related("unit", "policy")
