"""The one order of locks: kinds as the settings declare them, the rows below them after, each by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models

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


def read(
    rows: models.QuerySet[M], pks: Collection[Any], *, locked: bool, skip_locked: bool = False
) -> list[M]:
    """Read rows afresh by key, under a lock where it is not held already.

    SQLite needs no row lock, for there the transaction itself (IMMEDIATE) is the line.
    """
    rows = rows.filter(pk__in=pks).order_by("pk")
    return list(rows if locked else for_update(rows, skip_locked=skip_locked))


def take(keys: Iterable[Key]) -> None:
    """Take locks in their order, one query a kind; used when a change begins anew and knows what it needs."""
    for (_rank, label), group in groupby(sorted(keys), key=itemgetter(0, 1)):
        rows = apps.get_model(label)._base_manager.filter(pk__in=[key[2] for key in group]).order_by("pk")
        list(for_update(rows).values_list("pk", flat=True))
