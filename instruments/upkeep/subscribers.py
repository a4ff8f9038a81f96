"""What upkeep listens to: faults that end, and time that is given back while an instrument stands still."""

from __future__ import annotations

from changes import subscribe
from instruments.booking.events import TimeFreed
from instruments.upkeep.actions.breakdowns import end_breakdown, hold_freed_time
from instruments.upkeep.events import FaultEnded


def subscribe_all() -> None:
    """Listen to faults and bookings."""
    subscribe(FaultEnded, end_breakdown)
    subscribe(TimeFreed, hold_freed_time)
