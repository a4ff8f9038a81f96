"""Locks room: instruments; whoever takes time on one stands in its line."""

from __future__ import annotations

from collections.abc import Iterable

from changes import Work
from changes.locking import Lockable
from instruments.inventory.models import Instrument

INSTRUMENTS = Lockable(Instrument.objects.select_related("unit__policy", "policy"))


def lock_instrument(work: Work, key: int | str, rows: Lockable[Instrument] = INSTRUMENTS) -> Instrument:
    """Lock the instrument of a primary key or code and read it with unit and policy. Raises Instrument.DoesNotExist.

    `rows` may be such as read less at once, for whoever needs few of its four dozen fields.
    """
    return work.lock_named(rows, "code", key) if isinstance(key, str) else work.lock_one(rows, key)


def lock_instruments(work: Work, pks: Iterable[int], *, skip_locked: bool = False) -> dict[int, Instrument]:
    """Lock several instruments; return those that exist by key, with `skip_locked` those that nobody else holds."""
    return work.lock(INSTRUMENTS, pks, skip_locked=skip_locked)
