"""Locks room: the only place of this app that locks rows. Order: instruments by pk, then bookings, then the rest."""

from __future__ import annotations

from collections.abc import Collection

from instruments.errors import StaleVersion
from instruments.models import Booking, Instrument, UsageRecord


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


def lock_booking(booking: Booking) -> Booking:
    """Lock one booking and read it afresh, with its person, instrument, unit and policy.

    Raises StaleVersion where it has been moved to another instrument since it was read.
    """
    fresh = (
        Booking.objects.select_related("person__home_unit", "instrument__unit", "instrument__policy")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=booking.pk)
    )
    if fresh.instrument_id != booking.instrument_id:
        raise StaleVersion
    return fresh


def lock_usage_record(record: UsageRecord) -> UsageRecord:
    """Lock one usage record and read it afresh; take the lock of its instrument first."""
    return (
        UsageRecord.objects.select_related("instrument__unit")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=record.pk)
    )
