"""Actions room: what becomes of the bookings that a break-down hits: kept, asked to move, moved at once, cancelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from changes import Work
from changes.dependants import CANCEL, KEEP, OFFER, Dependant
from changes.errors import Unresolved
from instruments.booking.actions.basis import (
    MOST_REASON,
    call_off,
    put_in_doubt,
    reseat,
    tell_hit,
    tell_taken_away,
)
from instruments.booking.actions.changes import move_untold
from instruments.booking.actions.telling import tell
from instruments.booking.errors import RulesBroken, SlotTaken
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.rules.requests import station_problems
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.errors import NoWayOut
from instruments.upkeep.models import Breakdown
from instruments.upkeep.queries.breakdowns import held_in, hit_by
from instruments.upkeep.rules.outages import Outage
from instruments.upkeep.rules.ways import Way, way_of
from notices.wording import both_names


@dataclass(frozen=True)
class Settled:
    """A booking that was hit, what became of it, and where and when it was."""

    booking: Booking
    choice: str
    left: Instrument
    was: Interval


def hit_key(booking: Booking) -> str:
    """Name a booking as it was seen: one that has changed since is another question."""
    return f"{booking.pk}.{booking.version}"


def answered_hits(
    work: Work, instrument: Instrument, outage: Outage, choices: Mapping[str, str]
) -> list[tuple[Booking, str]]:
    """Lock the bookings that are hit and return each with its answer. Raises Unresolved with those that have none."""
    keys = list(hit_by(held_in(instrument, outage, work.now)).values_list("pk", flat=True))
    hits = [booking for booking in work.lock(BOOKINGS.all(), keys).values() if booking.pk in set(keys)]
    hits.sort(key=lambda booking: (booking.start, booking.station))
    answers = [(booking, choices.get(hit_key(booking), "")) for booking in hits]
    open_ones = [booking for booking, choice in answers if not _fits(work, booking, choice)]
    if open_ones:
        said = ngettext(
            "%(count)s booking is hit. Say what shall happen to it.",
            "%(count)s bookings are hit. Say for each what shall happen to it.",
            len(open_ones),
        )
        rows = [_dependant(booking) for booking in open_ones]
        raise Unresolved({"choices": [said % {"count": len(open_ones)}]}, rows)
    return answers


def settle_hits(work: Work, breakdown: Breakdown, answers: Sequence[tuple[Booking, str]]) -> list[Settled]:
    """Do what was decided, telling nobody yet. Raises NoWayOut for a way that is none, or no longer."""
    settled = []
    for booking, choice in answers:
        left, was = booking.instrument, Interval(booking.start, booking.end)
        way = way_of(choice)
        if way is not None:
            moved = _moved(work, booking, way, breakdown)
            settled.append(Settled(moved, choice, left, was))
            continue
        if choice == CANCEL:
            call_off(work, booking, breakdown.reason)
        else:
            put_in_doubt(work, booking, breakdown.reason)
        settled.append(Settled(booking, choice, left, was))
    return settled


def tell_hits(
    work: Work, breakdown: Breakdown, settled: Sequence[Settled], *, but: Collection[object]
) -> None:
    """Tell the person of each what became of the booking, why, and what is free; not of those in `but`."""
    reason = breakdown.reason
    for one in settled:
        booking = one.booking
        if one.choice == CANCEL:
            tell_taken_away(work, booking, reason)
        elif one.choice in {KEEP, OFFER}:
            if booking.pk not in but:
                tell_hit(work, booking, reason, offer=one.choice == OFFER)
        elif (booking.instrument_id, booking.start) != (one.left.pk, one.was.start):
            old = {"old_start": one.was.start, "old_end": one.was.end}
            tell(
                work,
                [booking.person],
                "booking_moved_away",
                booking,
                actor=str(work.actor),
                old_instrument=both_names(one.left),
                **{**old, "reason": reason},
            )


def _fits(work: Work, booking: Booking, choice: str) -> bool:
    """Tell whether this can become of the booking: one that has begun goes nowhere."""
    if choice in {KEEP, CANCEL}:
        return True
    return booking.start > work.now and (choice == OFFER or way_of(choice) is not None)


def _moved(work: Work, booking: Booking, way: Way, breakdown: Breakdown) -> Booking:
    target = Instrument.objects.filter(code=way.code).first()
    end = way.start + (booking.end - booking.start)
    here = target is not None and target.pk == booking.instrument_id
    if target is None or (here and breakdown.outage.hits(way.station, Interval(way.start, end))):
        raise NoWayOut(booking.pk, SlotTaken([]))
    if wrong := station_problems(way.station, target.station_count):
        raise NoWayOut(booking.pk, RulesBroken(wrong))
    try:
        if here and way.start == booking.start:
            reseat(work, booking, way.station)
            return booking
        # It is not the person's doing, so what the rules allow to be waived is; nobody waives for themselves.
        waive = "" if booking.person_id == work.actor.pk else breakdown.reason[:MOST_REASON]
        return move_untold(
            work, booking, start=way.start, end=end, instrument=target, station=way.station, waive=waive
        )[0]
    except (SlotTaken, RulesBroken) as error:
        raise NoWayOut(booking.pk, error) from error


def _dependant(booking: Booking) -> Dependant:
    return Dependant(
        kind="breakdown",
        key=hit_key(booking),
        title="",
        state=booking.state,
        person=booking.person,
        start=booking.start,
        end=booking.end,
    )
