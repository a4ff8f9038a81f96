"""Queries room: instruments that are used only together: when all are free, and what all rules say of a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import lcm

from instruments.booking.queries.admission import admission
from instruments.booking.queries.availability import Availability, is_open_for_booking
from instruments.booking.queries.bookings import own_between
from instruments.booking.queries.holding import taken_problems
from instruments.booking.rules.free_slots import FreeSlot, next_free_slots
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import approval_needed, policy_of, terms_of
from instruments.terms.queries.rates import Quote
from instruments.terms.rules.intervals import Interval, between, clip, merge
from members.models import Person

_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Share:
    """One of several instruments at a time: what stands against it, what it costs in yuan, whether its unit decides."""

    instrument: Instrument
    problems: Sequence[BrokenRule]
    price: Decimal | None
    asks: bool


@dataclass(frozen=True)
class Together:
    """All instruments that are used together at a wished time, and the price of the first."""

    shares: Sequence[Share]
    quote: Quote

    @property
    def problems(self) -> list[BrokenRule]:
        """What stands against it, each with the instrument that it is a rule of."""
        return [replace(one, of=share.instrument.code) for share in self.shares for one in share.problems]

    @property
    def price(self) -> Decimal:
        """Yuan for all of them."""
        return sum((share.price for share in self.shares if share.price is not None), start=Decimal(0))


def judged_together(
    instruments: Sequence[Instrument],
    person: Person,
    wish: Interval,
    now: dt.datetime,
    *,
    companion: bool = False,
) -> Together:
    """Judge one time on several instruments as one set, by every rule of each and by what is free.

    What the person holds then on yet others stands against the first, for nobody books a set over it.
    """
    shares, quoted = [], list[Quote]()
    for one in instruments:
        beside = [other.pk for other in instruments if other.pk != one.pk]
        verdict = admission(one, person, wish.start, wish.end, now, companion=companion, beside=beside)
        problems = verdict.problems + taken_problems(one, wish.start, wish.end)
        if one is instruments[0] and not any(said.rule == "own_elsewhere" for said in problems):
            mine = own_between(person, wish.start, wish.end).exclude(instrument__in=instruments)
            problems += [problem("own_elsewhere", required=row.instrument.code) for row in mine]
        asks = approval_needed(policy_of(one), verdict.quote.category, wish.length)
        quoted.append(verdict.quote)
        shares.append(Share(one, problems, verdict.quote.price, asks))
    return Together(shares, quoted[0])


def free_together(
    instruments: Sequence[Instrument],
    minutes: int,
    after: dt.datetime,
    now: dt.datetime,
    *,
    count: int = 3,
    one_a_day: bool = False,
) -> list[FreeSlot]:
    """Return the next times of that length at which all instruments are free, in two queries; stations do not matter.

    Nothing where one of them takes no bookings, or none of that length.
    """
    terms = [terms_of(policy_of(one)) for one in instruments]
    step, length = lcm(*(one.step_minutes for one in terms)), minutes * _MINUTE
    fits = (
        all(one.shortest_minutes <= minutes <= one.longest_minutes for one in terms) and minutes % step == 0
    )
    earliest = max(after, *(one.earliest_start(now) for one in terms))
    latest = min(one.latest_start(now) for one in terms)
    window = between(earliest, latest + length)
    if not fits or not window or not all(map(is_open_for_booking, instruments)):
        return []
    known = Availability(instruments, window[0], now)
    # A use begins on each of them at the same minute, on whichever station is free long enough.
    starts = window
    for one in instruments:
        begins = [
            part
            for slot in known.stretches(one.pk)
            for part in between(slot.start, slot.end - length + _MINUTE)
        ]
        starts = _shared(starts, merge(begins))
    free = [Interval(one.start, one.end - _MINUTE + length) for one in starts]

    def found(*, one_a_day: bool) -> list[tuple[Interval, int]]:
        return next_free_slots(
            {1: free},
            earliest=earliest,
            latest=latest,
            minutes=minutes,
            step=step,
            count=count,
            one_a_day=one_a_day,
        )

    slots = found(one_a_day=one_a_day)
    if one_a_day and len(slots) < count:
        slots = found(one_a_day=False)
    return [FreeSlot(instruments[0].code, time.start, time.end, station) for time, station in slots]


def _shared(some: Iterable[Interval], others: Sequence[Interval]) -> list[Interval]:
    return [part for one in some for part in clip(others, one)]
