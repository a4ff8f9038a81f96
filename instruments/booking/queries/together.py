"""Queries room: the bookings that stand only together with one; whoever keeps sets of bookings answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from instruments.booking.models import Booking

Finder = Callable[[Booking], Sequence[Booking]]
_finders: list[Finder] = []


def answer_together(finder: Finder) -> None:
    """Let a function find the bookings that stand together with one, by the sets it knows."""
    if finder not in _finders:
        _finders.append(finder)


def booked_together(booking: Booking) -> list[Booking]:
    """Return the bookings that move only together with this one; no query where its instrument is used alone."""
    if not booking.instrument.is_linked:
        return []
    return [row for finder in _finders for row in finder(booking)]
