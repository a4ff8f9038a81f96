"""Queries room: the next free slot and the free hours of the coming days, for many instruments at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from instruments.models import Instrument
from instruments.queries.availability import is_open_for_booking
from instruments.queries.holding import holding_now
from instruments.queries.opening import exceptions_of, weeks_of
from instruments.queries.policy import policy_of, terms_of
from instruments.rules.free_slots import FreeSlot, free_intervals, next_free_slots
from instruments.rules.hours import local_day, local_midnight
from instruments.rules.intervals import Interval, clip, total
from instruments.rules.opening import DatedException, WeeklyPeriod, open_intervals

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
    instruments: Sequence[Instrument], now: dt.datetime, minutes: int | None = None
) -> dict[int, Outlook]:
    """Return the outlook of each instrument by primary key, in three queries however many they are.

    The next slot has the wanted length, or the shortest that the instrument's policy allows, and keeps its notice and
    horizon. Instruments should come with unit and policy. One that takes no bookings has nothing free.
    """
    if not instruments:
        return {}
    today = local_day(now)
    window = Interval(local_midnight(today), local_midnight(today + dt.timedelta(days=LOOK_AHEAD_DAYS)))
    pks = [instrument.pk for instrument in instruments]
    weeks, exceptions = weeks_of(pks), exceptions_of(pks, window)
    busy: defaultdict[tuple[int, int], list[Interval]] = defaultdict(list)
    held = holding_now(now).filter(instrument__in=pks, start__lt=window.end, end__gt=window.start)
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
        free = {
            station: free_intervals(opened, busy[instrument.pk, station]) if takes_bookings else []
            for station in range(1, instrument.station_count + 1)
        }
        found[instrument.pk] = Outlook(
            tuple(_day(today + dt.timedelta(days=n), now, opened, free) for n in range(STRIP_DAYS)),
            _next(instrument, now, free, minutes),
        )
    return found


def _day(
    day: dt.date, now: dt.datetime, opened: list[Interval], free: dict[int, list[Interval]]
) -> DayOutlook:
    whole = Interval(local_midnight(day), local_midnight(day + dt.timedelta(days=1)))
    # What is left of today counts, what is over does not.
    rest = Interval(max(whole.start, now), whole.end) if now < whole.end else whole
    open_time = total(clip(opened, whole)) * len(free)
    free_time = sum((total(clip(intervals, rest)) for intervals in free.values()), dt.timedelta())
    return DayOutlook(day, _hours(open_time), _hours(free_time))


def _next(
    instrument: Instrument, now: dt.datetime, free: dict[int, list[Interval]], minutes: int | None
) -> FreeSlot | None:
    terms = terms_of(policy_of(instrument))
    length = max(minutes or 0, terms.shortest_minutes)
    if length > terms.longest_minutes:
        return None
    slots = next_free_slots(
        free,
        earliest=terms.earliest_start(now),
        latest=terms.latest_start(now),
        minutes=length,
        step=terms.step_minutes,
        count=1,
    )
    return next((FreeSlot(instrument.code, slot.start, slot.end, station) for slot, station in slots), None)


def _hours(length: dt.timedelta) -> Decimal:
    return (Decimal(length // _SECOND) / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)
