"""Queries room: the next free slot and the free hours of the coming days, for many instruments at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from instruments.booking.queries.availability import Availability
from instruments.booking.rules.free_slots import FreeSlot
from instruments.booking.rules.wishes import Wish
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval

STRIP_DAYS = 7
LOOK_AHEAD_DAYS = 14
LONGEST_LOOK_DAYS = 70
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class DayAvailability:
    """A local day: open and free hours of all stations together, to one place, and the share free in percent."""

    day: dt.date
    open_hours: Decimal
    free_hours: Decimal

    @property
    def free_percent(self) -> int:
        """Share of the open hours that is free, 0..100; a closed day gives 0."""
        return int(100 * self.free_hours / self.open_hours) if self.open_hours else 0


@dataclass(frozen=True)
class AvailabilityAhead:
    """What a card shows: the free hours of the coming days, and the next slots as wished, on days of their own."""

    strip: tuple[DayAvailability, ...]
    slots: tuple[FreeSlot, ...]

    @property
    def next_free(self) -> FreeSlot | None:
        """The first of the slots."""
        return self.slots[0] if self.slots else None


def availability_ahead(
    instruments: Sequence[Instrument],
    now: dt.datetime,
    wish: Wish,
    *,
    or_at_night: bool = False,
    count: int = 1,
) -> dict[int, AvailabilityAhead]:
    """Return the outlook of each instrument by primary key, in two queries however many they are.

    The next slots, `count` at most, are as wished and keep notice and horizon; `or_at_night` offers one at any hour
    where office hours have none. Free hours are those that can still be booked. Instruments should come with unit and
    policy. One that takes no bookings has nothing free.
    """
    if not instruments:
        return {}
    today = local_day(now)
    midnight = local_midnight(today)
    ends = [span.end for span in wish.spans if span.end <= midnight + dt.timedelta(days=LONGEST_LOOK_DAYS)]
    window = Interval(midnight, max([midnight + dt.timedelta(days=LOOK_AHEAD_DAYS), *ends]))
    known = Availability(instruments, window, now)
    at_night = replace(wish, any_hour=True)
    strip = [today + dt.timedelta(days=n) for n in range(STRIP_DAYS)]
    return {
        pk: AvailabilityAhead(
            tuple(
                DayAvailability(day, _hours(opened), _hours(free))
                for day, (opened, free) in zip(strip, lengths, strict=True)
            ),
            tuple(known.first(pk, wish, count) or (known.first(pk, at_night) if or_at_night else ())),
        )
        for pk, lengths in known.lengths(strip).items()
    }


def _hours(length: dt.timedelta) -> Decimal:
    return (Decimal(length // _SECOND) / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)
