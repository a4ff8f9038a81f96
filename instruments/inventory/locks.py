"""Locks room: instruments, in the order of their keys; whoever takes time on one stands in its line."""

from __future__ import annotations

from collections.abc import Collection

from instruments.inventory.models import Instrument


def lock_instrument(pk: int) -> Instrument:
    """Lock one instrument with its unit and policy: whoever takes time on it stands in this line.

    SQLite needs no row lock, for there the transaction itself (IMMEDIATE) is the line.
    """
    return (
        Instrument.objects.select_related("unit", "policy")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk)
    )


def lock_instruments(pks: Collection[int]) -> dict[int, Instrument]:
    """Lock several instruments in the order of their keys, so that two callers can never wait for each other."""
    rows = (
        Instrument.objects.select_related("unit", "policy")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk__in=pks)
        .order_by("pk")
    )
    return {instrument.pk: instrument for instrument in rows}
