"""Rules room: how long a request holds its time."""

from __future__ import annotations

import datetime as dt

from instruments.booking.enums import BookingState


def request_expiry(hours: int, start: dt.datetime, asked: dt.datetime) -> dt.datetime:
    """Return until when a request holds its time: the policy's hours after it was asked, never past its own start."""
    return min(asked + dt.timedelta(hours=hours), start)


def is_overdue(state: str, expires_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Tell whether a booking is a request past its time: it holds nothing, swept or not."""
    return state == BookingState.REQUESTED and expires_at is not None and expires_at <= now
