"""Queries room: which bookings hold their time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from instruments.enums import BookingState
from instruments.models import Booking, Instrument
from instruments.models.booking import BookingQuerySet
from instruments.rules.intervals import Interval

BUSY_FIELDS = ("start", "end", "station", "kind", "state", "id", "person_id")


@dataclass(frozen=True)
class BusyInterval:
    """Somebody holds [start, end) of a station; `kind` and `state` as in the booking."""

    start: dt.datetime
    end: dt.datetime
    station: int
    kind: str
    state: str
    booking_id: UUID
    person_id: int

    @property
    def interval(self) -> Interval:
        """The time without the rest."""
        return Interval(self.start, self.end)


def holding_now(now: dt.datetime) -> BookingQuerySet:
    """Bookings that hold their time at this moment: a request past its expiry no longer does."""
    return Booking.objects.holding().exclude(state=BookingState.REQUESTED, expires_at__lte=now)


def busy(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> list[BusyInterval]:
    """Return what is held in [start, end), by start and station, in one query. Intervals are not cut to the window."""
    if end <= start:
        return []
    rows = holding_now(timezone.now()).filter(instrument=instrument).overlapping(start, end)
    return [BusyInterval(*row) for row in rows.order_by("start", "station").values_list(*BUSY_FIELDS)]
