"""Queries room: the times of a series, each judged before anything is booked, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from instruments.booking.models import Booking, BookingSeries
from instruments.booking.queries.admission import admissions
from instruments.booking.queries.bookings import bookings_with_relations, own_elsewhere
from instruments.booking.queries.holding import busy, problems_among
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.intervals import Interval
from members.models import Person


@dataclass(frozen=True)
class Occurrence:
    """One time of a series: what stands against it, its price in yuan, and what the person holds elsewhere then."""

    time: Interval
    problems: Sequence[BrokenRule]
    price: Decimal | None
    elsewhere: Sequence[Booking]

    @property
    def fits(self) -> bool:
        """Tell whether it can be had as things stand."""
        return not self.problems


def judged_series(
    instrument: Instrument,
    person: Person,
    times: Sequence[Interval],
    now: dt.datetime,
    station: int | None = None,
) -> list[Occurrence]:
    """Judge every time of a series by all rules and by what is held; in four queries, however many there are."""
    first, last = times[0].start, max(time.end for time in times)
    apart = terms_of(policy_of(instrument)).apart
    held = busy(instrument, first - apart, last + apart)
    elsewhere = list(own_elsewhere(person, instrument, first, last))
    judged = admissions(instrument, person, [(time.start, time.end) for time in times], now, together=True)
    found: list[Occurrence] = []
    for time, verdict in zip(times, judged, strict=True):
        taken = problems_among(held, time, instrument.station_count, station, apart)
        problems = [*verdict.problems, *taken]
        mine = [row for row in elsewhere if Interval(row.start, row.end).overlaps(time)]
        found.append(Occurrence(time, problems, verdict.quote.price, mine))
    return found


def bookings_of(series: BookingSeries) -> list[Booking]:
    """Return the bookings of a series in order; one query."""
    return list(bookings_with_relations().filter(series=series).order_by("start", "pk"))


def version_of(bookings: Iterable[Booking]) -> int:
    """Return what grows with every change of a booking of a series."""
    return sum(row.version for row in bookings)
