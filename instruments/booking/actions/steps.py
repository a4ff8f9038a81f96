"""Actions room: writes down the life of a booking, step by step, from what happens to it."""

from __future__ import annotations

from changes import Work
from instruments.booking.events import BookingEvent
from instruments.booking.models import BookingStep

PREFIX = "instruments.booking."


def keep_step(work: Work, event: BookingEvent) -> BookingStep:
    """Write the row of one step; time and price before it only where it changed them."""
    before, after = event.before or {}, event.after or {}
    old = {name: before.get(name) for name in ("instrument", "start", "end", "price")}
    changed = {name: value for name, value in old.items() if value is not None and value != after[name]}
    return BookingStep.objects.create(
        booking=event.target,
        at=work.now,
        verb=event.verb.removeprefix(PREFIX),
        by=work.actor,
        instrument=after["instrument"],
        start=after["start"],
        end=after["end"],
        price=after["price"],
        old_instrument=changed.get("instrument", ""),
        old_start=old["start"] if {"start", "end"} & changed.keys() else None,
        old_end=old["end"] if {"start", "end"} & changed.keys() else None,
        old_price=changed.get("price"),
        reason=after["reason"],
    )
