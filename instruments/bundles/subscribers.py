"""What sets of bookings do when one of their parts is lost."""

from __future__ import annotations

from changes import subscribe
from instruments.booking.queries.together import answer_together
from instruments.bundles.actions.bundles import LOSSES, lose_part
from instruments.bundles.queries.bundles import stand_together


def subscribe_all() -> None:
    """Listen to every way in which a booking ends before its use, and say which bookings stand together."""
    answer_together(stand_together)
    for event in LOSSES:
        subscribe(event, lose_part)
