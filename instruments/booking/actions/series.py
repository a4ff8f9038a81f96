"""Actions room: asks for a series, decides on it and gives it back, each as one change that tells once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from changes import StaleVersion, Work, unchanged
from instruments.booking.actions.changes import cancel_untold, move_untold
from instruments.booking.actions.decisions import approve_untold, decline_untold
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.slots import held_by
from instruments.booking.actions.telling import other_side, tell
from instruments.booking.enums import WAITING_STATES
from instruments.booking.errors import NothingFits, OwnOverlap, RulesBroken, SeriesBroken, SlotTaken
from instruments.booking.locks import BOOKABLE, lock_bookings
from instruments.booking.models import Booking, BookingSeries
from instruments.booking.queries.bookings import recipients_of
from instruments.booking.queries.series import bookings_of, version_of
from instruments.booking.rules.repeats import LEAST, MOST, overlap_each_other
from instruments.booking.rules.requests import legal_at, reason_problems
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.errors import problem
from instruments.terms.rules.intervals import Interval, between
from members.models import Person
from members.permissions import require


def request_series(
    work: Work,
    place: Instrument,
    times: Sequence[Interval],
    *,
    rule: str,
    said: Mapping[str, Any],
    leave_out: bool = False,
) -> BookingSeries:
    """Book every time of a series, or with `leave_out` those that can be had; custodians hear once.

    `times` in order, 2 to 52, none sharing a moment with the next; `said` goes to `request_booking`. Raises
    SeriesBroken with what stands against each time, and books nothing, where one cannot be had and none is to be left
    out; NothingFits where none can be had; SentTwice, NotAllowed; ValueError for other times.
    """
    if not LEAST <= len(times) <= MOST or overlap_each_other(times):
        raise ValueError("A series has 2 to 52 times in order that do not overlap.")
    instrument = lock_instrument(work, place.pk, BOOKABLE)
    require(work.actor, "book_instrument", instrument)
    owner = said.get("person") or work.actor
    series = BookingSeries.objects.create(instrument=instrument, person=owner, rule=rule, created_at=work.now)
    made: list[Booking] = []
    refused: list[tuple[Interval, RulesBroken | SlotTaken | OwnOverlap]] = []
    for time in times:
        try:
            made.append(
                request_booking(work, instrument, start=time.start, end=time.end, series=series, **said)
            )
        except (RulesBroken, SlotTaken, OwnOverlap) as error:
            refused.append((time, error))
    if refused and not leave_out:
        raise SeriesBroken([time for time, _error in refused])
    if not made:
        raise NothingFits
    work.record(
        "instruments.series.made",
        series,
        after={"instrument": instrument.code, "rule": rule, "booked": len(made), "left_out": len(refused)},
    )
    if made[0].state in WAITING_STATES:
        _tell(work, recipients_of(instrument, but=owner), "series_requested", made)
    else:
        _tell(work, [owner], "series_confirmed", made)
    return series


def approve_series(work: Work, series: BookingSeries, *, seen: int | None = None) -> list[Booking]:
    """Confirm every request of a series that still waits; return them. A time at which it is shut goes on waiting.

    `seen` is the version of the series (`version_of`). Raises NotAllowed, StaleVersion, NothingFits, SlotTaken;
    RulesBroken with what stands against the first where none can be confirmed.
    """
    done: list[Booking] = []
    refused: RulesBroken | None = None
    for row in _waiting(work, series, "approve", seen):
        try:
            done.append(approve_untold(work, row))
        except RulesBroken as broken:
            refused = refused or broken
    if refused is not None and not done:
        raise refused
    return _told(work, done, "series_approved")


def decline_series(
    work: Work, series: BookingSeries, *, reason: str, seen: int | None = None
) -> list[Booking]:
    """Refuse every request of a series that still waits; return them. Raises as `decline_booking`, and NothingFits."""
    waiting = _waiting(work, series, "decline", seen)
    done = [decline_untold(work, row, reason=reason) for row in waiting]
    return _told(work, done, "series_declined")


def cancel_series(work: Work, since: Booking, *, reason: str = "", seen: int | None = None) -> list[Booking]:
    """Give back this time of a series and all that follow it and can be given back; return them.

    Tells the other side once. Raises NotAllowed, StaleVersion, RulesBroken for a reason longer than 300 characters,
    NothingFits where none can be given back, ValueError for a booking of no series.
    """
    if since.series is None:
        raise ValueError("This booking stands alone.")
    require(work.actor, "cancel_booking", since)
    if wrong := reason_problems(reason):
        raise RulesBroken(wrong)
    done: list[Booking] = []
    for row in _waiting(work, since.series, "cancel", seen):
        if row.start >= since.start:
            with suppress(RulesBroken):  # its last moment is over
                done.append(cancel_untold(work, row, reason=reason))
    if not done:
        raise NothingFits
    _tell(work, other_side(work, since), "series_cancelled", done, actor=str(work.actor))
    return done


def move_series(
    work: Work, since: Booking, *, start: dt.datetime, end: dt.datetime, seen: int | None = None
) -> list[Booking]:
    """Move this time of a series to [start, end) and all that follow it by as much; all of them or none.

    `seen` is the version of this booking. Tells the other side once. Raises NotAllowed, StaleVersion, SeriesBroken with
    the new times that cannot be had, NothingFits where it cannot be moved any more, ValueError for one of no series.
    """
    if since.series is None:
        raise ValueError("This booking stands alone.")
    rows = [row for row in _waiting(work, since.series, "move", None) if row.start >= since.start]
    if not rows or rows[0].pk != since.pk:
        raise NothingFits
    unchanged(rows[0], seen)
    later, longer = start - rows[0].start, end - rows[0].end
    was = held_by(rows[0])
    refused: list[Interval] = []
    moved: list[Booking] = []
    # Whoever goes first gives its time to the one behind.
    for row in reversed(rows) if later > dt.timedelta(0) else rows:
        wish = between(row.start + later, row.end + longer)
        try:
            if not wish:
                raise RulesBroken([problem("interval")])
            moved.append(move_untold(work, row, start=wish[0].start, end=wish[0].end)[0])
        except (RulesBroken, SlotTaken):
            refused += wish or [held_by(row)]
    if refused:
        raise SeriesBroken(sorted(refused))
    moved.sort(key=lambda row: row.start)
    people = other_side(work, since)
    if work.actor.pk == since.person_id and moved[0].state in WAITING_STATES:
        _tell(work, people, "series_requested", moved)
    else:
        old = {"old_start": was.start, "old_end": was.end}
        _tell(work, people, "series_moved", moved, actor=str(work.actor), **old)
    return moved


def _waiting(work: Work, series: BookingSeries, verb: str, seen: int | None) -> list[Booking]:
    """Lock the instruments, then the bookings of a series; return those to which the verb can happen, in time's order.

    Raises StaleVersion.
    """
    rows = lock_bookings(work, bookings_of(series))
    if seen is not None and version_of(rows) != seen:
        raise StaleVersion(seen, version_of(rows))
    return [row for row in rows if verb in legal_at(row.state, row.expires_at, work.now)]


def _told(work: Work, done: list[Booking], kind: str) -> list[Booking]:
    if not done:
        raise NothingFits
    _tell(work, [done[0].person], kind, done)
    return done


def _tell(
    work: Work, people: Sequence[Person], kind: str, bookings: Sequence[Booking], **more: object
) -> None:
    first, last = bookings[0], bookings[-1]
    price = sum((row.price for row in bookings), start=first.price * 0)
    tell(work, people, kind, first, count=len(bookings), last=last.start, **more | {"price": price})
