"""Queries room: what is taken and what is free."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields

from django.db.models import Q
from django.utils import timezone

from instruments.booking.models import Booking
from instruments.booking.queries.holding import (
    BUSY_FIELDS,
    BusyInterval,
    busy,
)
from instruments.booking.rules.free_slots import (
    FreeSlot,
    bookable,
    free_intervals,
    longest_parts,
    next_free_slots,
)
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.models import BookingPolicy
from instruments.terms.queries.opening import exceptions_of, opening_of, weeks_of
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import is_convertible, round_up
from instruments.terms.rules.intervals import Interval, between, clip
from instruments.terms.rules.opening import open_intervals
from members.enums import UnitState


def free(
    instrument: Instrument, start: dt.datetime, end: dt.datetime, minutes: int | None = None
) -> list[FreeSlot]:
    """Return the free stretches of [start, end) that can be booked now, by start and station, in two queries.

    Notice, horizon, opening hours and the instrument's state count. With `minutes` a stretch begins on the grid of
    steps and takes a booking of that length.
    """
    if not is_open_for_booking(instrument):
        return []
    now, terms = timezone.now(), terms_of(policy_of(instrument))
    last = terms.latest_start(now) + dt.timedelta(minutes=terms.longest_minutes)
    window = between(max(start, terms.earliest_start(now)), min(end, last))
    if not window:
        return []
    found = []
    for station, intervals in _free_by_station(instrument, window[0]).items():
        if minutes is not None:
            intervals = [  # noqa: PLW2901 - narrowed, not replaced
                i
                for i in bookable(intervals, minutes=minutes, step=terms.step_minutes)
                if i.start <= terms.latest_start(now)
            ]
        found += [FreeSlot(instrument.code, i.start, i.end, station) for i in intervals]
    return sorted(found, key=lambda slot: (slot.start, slot.station))


def next_free(
    instrument: Instrument, minutes: int, after: dt.datetime, count: int = 3, *, one_a_day: bool = False
) -> list[FreeSlot]:
    """Return the next `count` slots of that length that begin at or after `after` and meet every rule.

    Where the horizon leaves fewer after it, the earliest bookable ones before it fill the rest. `one_a_day` asks for
    slots of different days, as far as there are any. The length must be one the policy allows, else nothing is
    offered. Two queries.
    """
    if not is_open_for_booking(instrument):
        return []
    now, terms = timezone.now(), terms_of(policy_of(instrument))
    if not terms.shortest_minutes <= minutes <= terms.longest_minutes or minutes % terms.step_minutes:
        return []
    first, last = terms.earliest_start(now), terms.latest_start(now)
    window = between(first, last + dt.timedelta(minutes=minutes))
    if not window:
        return []
    stretches = _free_by_station(instrument, window[0])
    wanted = max(first, after)

    def search(earliest: dt.datetime, until: dt.datetime, wish: int, *, apart: bool) -> list[FreeSlot]:
        inside = between(earliest, until)
        slots = next_free_slots(
            {
                station: clip(intervals, inside[0]) if inside else []
                for station, intervals in stretches.items()
            },
            earliest=earliest,
            latest=last,
            minutes=minutes,
            step=terms.step_minutes,
            count=wish,
            one_a_day=apart,
        )
        return [FreeSlot(instrument.code, slot.start, slot.end, station) for slot, station in slots]

    found = search(wanted, window[0].end, count, apart=one_a_day)
    if len(found) < count and one_a_day:
        found = search(wanted, window[0].end, count, apart=False)
    if len(found) < count and first < wanted:
        found += search(first, min(wanted, window[0].end), count - len(found), apart=False)
    return found


def best_part(
    instrument: Instrument, start: dt.datetime, end: dt.datetime, station: int | None = None
) -> FreeSlot | None:
    """Return the longest bookable part of [start, end), the earliest of equally long ones; None without any.

    Two queries.
    """
    if not is_open_for_booking(instrument) or not (is_convertible(start) and is_convertible(end)):
        return None
    now, terms = timezone.now(), terms_of(policy_of(instrument))
    latest = terms.latest_start(now)
    window = between(max(start, terms.earliest_start(now)), min(end, latest + dt.timedelta(days=1)))
    if not window:
        return None
    parts = longest_parts(
        {n: i for n, i in _free_by_station(instrument, window[0]).items() if station in {None, n}},
        latest=latest,
        shortest=terms.shortest_minutes,
        longest=terms.longest_minutes,
        step=terms.step_minutes,
    )
    if not parts:
        return None
    part, number = min(parts, key=lambda found: (-found[0].length, found[0].start, found[1]))
    return FreeSlot(instrument.code, part.start, part.end, number)


def instruments_free_on(
    day_start: dt.datetime,
    day_end: dt.datetime,
    minutes: int | None = None,
    *,
    among: Collection[int] | None = None,
) -> set[int]:
    """Return the keys of all instruments that take a booking of that length inside [day_start, day_end).

    Five queries, however many instruments there are. Without `minutes` the shortest booking of each counts. `among`
    narrows to these keys beforehand.
    """
    now = timezone.now()
    if not (is_convertible(day_start) and is_convertible(day_end)) or day_end <= day_start:
        return set()
    window = Interval(day_start, day_end)
    few = among if among is not None and len(among) <= _FEW else None
    stations = dict(
        Instrument.objects.filter(
            *_in("pk", few), state=InstrumentState.IN_SERVICE, unit__state=UnitState.ACTIVE
        )
        .order_by()
        .values_list("pk", "station_count")
    )
    policies = {
        pk: BookingTerms(*limits)
        for pk, *limits in BookingPolicy.objects.filter(*_in("instrument", few))
        .order_by()
        .values_list("instrument_id", *_TERMS)
    }
    default = terms_of(BookingPolicy())
    weeks, exceptions = weeks_of(few, window), exceptions_of(few, window)
    held: dict[int, list[BusyInterval]] = defaultdict(list)
    rows = (
        Booking.objects.holding(now)
        .filter(*_in("instrument", few))
        .overlapping(day_start, day_end)
        .order_by()
    )
    for row in rows.values_list("instrument_id", *BUSY_FIELDS):
        held[row[0]].append(BusyInterval(*row[1:]))
    numbers: dict[object, int] = {}
    opened_by_week: dict[object, list[Interval]] = {}
    untouched: dict[object, bool] = {}
    found = set()
    for pk, count in stations.items():
        if among is not None and pk not in among:
            continue
        terms, week_of, dated = policies.get(pk, default), weeks.get(pk, ()), exceptions.get(pk, [])
        length = terms.shortest_minutes if minutes is None else minutes
        if not terms.shortest_minutes <= length <= terms.longest_minutes:
            continue
        # Weeks are long to compare, so each different one gets a number.
        key = (numbers.setdefault(week_of, len(numbers)), tuple(dated))
        if key not in opened_by_week:
            opened_by_week[key] = open_intervals(week_of, dated, window)
        taken = held.get(pk)
        if taken is not None:
            fits = _takes(
                opened_by_week[key], taken, count, terms=terms, length=length, window=window, now=now
            )
        elif (key, terms) in untouched:
            # Equal weeks and policies, and nothing held: equal answers.
            fits = untouched[key, terms]
        else:
            fits = untouched[key, terms] = _takes(
                opened_by_week[key], (), 1, terms=terms, length=length, window=window, now=now
            )
        if fits:
            found.add(pk)
    return found


def _takes(
    opened: list[Interval],
    taken: Iterable[BusyInterval],
    station_count: int,
    *,
    terms: BookingTerms,
    length: int,
    window: Interval,
    now: dt.datetime,
) -> bool:
    bounds = between(max(window.start, terms.earliest_start(now)), window.end)
    latest = terms.latest_start(now)
    return bool(bounds) and any(
        interval.start <= latest
        for intervals in _by_station(clip(opened, bounds[0]), taken, station_count).values()
        for interval in bookable(intervals, minutes=length, step=terms.step_minutes)
    )


def is_open_for_booking(instrument: Instrument) -> bool:
    """Tell whether the instrument takes bookings at all."""
    return instrument.state == InstrumentState.IN_SERVICE and instrument.unit.state == UnitState.ACTIVE


def next_start(instrument: Instrument, moment: dt.datetime) -> dt.datetime:
    """Return the first grid point at or after a moment, for the start field of the booking form."""
    return round_up(moment, policy_of(instrument).step_minutes)


_FEW = 500


def _in(field: str, pks: Collection[int] | None) -> list[Q]:
    return [] if pks is None else [Q(**{f"{field}__in": pks})]


_TERMS = tuple(field.name for field in fields(BookingTerms))


def _free_by_station(instrument: Instrument, window: Interval) -> dict[int, list[Interval]]:
    opened = opening_of(instrument, window)
    return _by_station(opened, busy(instrument, window.start, window.end), instrument.station_count)


def _by_station(
    opened: list[Interval], taken: Iterable[BusyInterval], station_count: int
) -> dict[int, list[Interval]]:
    held: dict[int, list[Interval]] = defaultdict(list)
    for row in taken:
        held[row.station].append(row.interval)
    return {
        station: free_intervals(opened, held[station]) if station in held else opened
        for station in range(1, station_count + 1)
    }
