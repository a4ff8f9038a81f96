"""The one order of locks: kinds as the settings declare them, the rows below them after, each by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models

from changes.remembered import Given, Remembered

M = TypeVar("M", bound=models.Model)
Key = tuple[int, str, Any]
"""Rank of the kind, label of the model, primary key: locks are taken in this order."""


def keys_of(model: type[models.Model], pks: Iterable[Any]) -> list[Key]:
    """Return the locks of rows, in order."""
    label = model._meta.label_lower
    order: list[str] = settings.LOCK_ORDER
    rank = order.index(label) if label in order else len(order)
    return [(rank, label, pk) for pk in sorted(set(pks))]


def for_update(rows: models.QuerySet[M], *, skip_locked: bool = False) -> models.QuerySet[M]:
    """Lock rows where they are read: foreign keys to them may still be checked (FOR NO KEY UPDATE)."""
    return rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)


class Lockable(Generic[M]):
    """Rows that nearly every change locks one at a time: the SQL of each way to read one is remembered."""

    def __init__(self, rows: models.QuerySet[M]) -> None:
        self.rows = rows
        self.model = rows.model
        self._ways: dict[tuple[str, bool, bool], Remembered[M]] = {}

    def read(self, field: str, value: object, *, locked: bool = False, skip_locked: bool = False) -> list[M]:
        """Read the row of a unique field afresh, under a lock where it is not held already."""
        way = (field, locked, skip_locked)
        if way not in self._ways:
            named: Any = self.model._meta.pk if field == "pk" else self.model._meta.get_field(field)
            rows = self.rows.filter(**{field: Given("value", named)})
            self._ways[way] = Remembered(
                lambda: rows if locked else for_update(rows, skip_locked=skip_locked)
            )
        return self._ways[way].ask(value=value)


def read(
    rows: models.QuerySet[M] | Lockable[M], pks: Collection[Any], *, locked: bool, skip_locked: bool = False
) -> list[M]:
    """Read rows afresh by key, under a lock where it is not held already.

    SQLite needs no row lock, for there the transaction itself (IMMEDIATE) is the line.
    """
    if isinstance(rows, Lockable):
        if len(pks) == 1:
            return rows.read("pk", next(iter(pks)), locked=locked, skip_locked=skip_locked)
        rows = rows.rows
    rows = rows.filter(pk__in=pks).order_by("pk")
    return list(rows if locked else for_update(rows, skip_locked=skip_locked))


def take(keys: Iterable[Key]) -> None:
    """Take locks in their order, one query a kind; used when a change begins anew and knows what it needs."""
    for (_rank, label), group in groupby(sorted(keys), key=itemgetter(0, 1)):
        rows = apps.get_model(label)._base_manager.filter(pk__in=[key[2] for key in group]).order_by("pk")
        list(for_update(rows).values_list("pk", flat=True))
