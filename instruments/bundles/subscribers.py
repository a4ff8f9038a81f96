"""What sets of bookings do when one of their parts is lost."""

from __future__ import annotations

from changes import subscribe
from instruments.bundles.actions.bundles import LOSSES, lose_part


def subscribe_all() -> None:
    """Listen to every way in which a booking ends before its use."""
    for event in LOSSES:
        subscribe(event, lose_part)
