"""Queries room: the next free slot and the free hours of the coming days, for many instruments at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from instruments.booking.models import Booking
from instruments.booking.queries.availability import is_open_for_booking
from instruments.booking.rules.free_slots import FreeSlot, free_intervals, next_free_slots
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import exceptions_of, weeks_of
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval, between, clip, total
from instruments.terms.rules.opening import DatedException, WeeklyPeriod, open_intervals

STRIP_DAYS = 7
LOOK_AHEAD_DAYS = 14
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class DayOutlook:
    """A local day: open and free hours of all stations together, to one place, and the share free in percent."""

    day: dt.date
    open_hours: Decimal
    free_hours: Decimal

    @property
    def free_percent(self) -> int:
        """Share of the open hours that is free, 0..100; a closed day gives 0."""
        return int(100 * self.free_hours / self.open_hours) if self.open_hours else 0


@dataclass(frozen=True)
class Outlook:
    """What a card shows: the free hours of the coming days, and the next slot, if there is one in two weeks."""

    strip: tuple[DayOutlook, ...]
    next_free: FreeSlot | None


def outlooks(
    instruments: Sequence[Instrument],
    now: dt.datetime,
    minutes: int | None = None,
    days: Collection[dt.date] = (),
) -> dict[int, Outlook]:
    """Return the outlook of each instrument by primary key, in three queries however many they are.

    The next slot has the wanted length, or the instrument's usual one, keeps its notice and horizon, and begins on one
    of the days where some are given. Free hours are those that can still be booked. Instruments should come with unit
    and policy. One that takes no bookings has nothing free.
    """
    if not instruments:
        return {}
    today = local_day(now)
    window = Interval(local_midnight(today), local_midnight(today + dt.timedelta(days=LOOK_AHEAD_DAYS)))
    pks = [instrument.pk for instrument in instruments]
    weeks, exceptions = weeks_of(pks, window), exceptions_of(pks, window)
    busy: defaultdict[tuple[int, int], list[Interval]] = defaultdict(list)
    held = Booking.objects.holding(now).filter(instrument__in=pks, start__lt=window.end, end__gt=window.start)
    for pk, station, start, end in held.order_by().values_list("instrument_id", "station", "start", "end"):
        busy[pk, station].append(Interval(start, end))
    # Many instruments keep the same hours.
    opened_by_week: dict[tuple[tuple[WeeklyPeriod, ...], tuple[DatedException, ...]], list[Interval]] = {}
    found = {}
    for instrument in instruments:
        key = (weeks.get(instrument.pk, ()), tuple(exceptions[instrument.pk]))
        if key not in opened_by_week:
            opened_by_week[key] = open_intervals(*key, window)
        opened = opened_by_week[key]
        takes_bookings = is_open_for_booking(instrument)
        terms = terms_of(policy_of(instrument))
        bounds = between(terms.earliest_start(now), window.end)
        free = {
            station: free_intervals(opened, busy[instrument.pk, station]) if takes_bookings else []
            for station in range(1, instrument.station_count + 1)
        }
        found[instrument.pk] = Outlook(
            tuple(_day(today + dt.timedelta(days=n), bounds, opened, free) for n in range(STRIP_DAYS)),
            _next(instrument, terms, free, minutes, _spans(terms, now, days)),
        )
    return found


def _day(
    day: dt.date, bounds: list[Interval], opened: list[Interval], free: dict[int, list[Interval]]
) -> DayOutlook:
    whole = Interval(local_midnight(day), local_midnight(day + dt.timedelta(days=1)))
    open_time = total(clip(opened, whole)) * len(free)
    free_time = dt.timedelta()
    # What is over, or too near to be booked, is not free any more.
    for rest in clip(bounds, whole):
        free_time += sum((total(clip(intervals, rest)) for intervals in free.values()), dt.timedelta())
    return DayOutlook(day, _hours(open_time), _hours(free_time))


def _spans(
    terms: BookingTerms, now: dt.datetime, days: Collection[dt.date]
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the times between which a slot may begin, in order: one for each day, or one in all."""
    earliest, latest = terms.earliest_start(now), terms.latest_start(now)
    if not days:
        return [(earliest, latest)]
    bounds = [(local_midnight(day), local_midnight(day + dt.timedelta(days=1))) for day in sorted(days)]
    return [(max(earliest, first), min(latest, last - _SECOND)) for first, last in bounds]


def _next(
    instrument: Instrument,
    terms: BookingTerms,
    free: dict[int, list[Interval]],
    minutes: int | None,
    spans: list[tuple[dt.datetime, dt.datetime]],
) -> FreeSlot | None:
    length = terms.usual_minutes() if minutes is None else max(minutes, terms.shortest_minutes)
    if length > terms.longest_minutes:
        return None
    for first, last in spans:
        slots = next_free_slots(
            free,
            earliest=first,
            latest=last,
            minutes=length,
            step=terms.step_minutes,
            count=1,
            one_a_day=True,
        )
        if slots:
            slot, station = slots[0]
            return FreeSlot(instrument.code, slot.start, slot.end, station)
    return None


def _hours(length: dt.timedelta) -> Decimal:
    return (Decimal(length // _SECOND) / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)
