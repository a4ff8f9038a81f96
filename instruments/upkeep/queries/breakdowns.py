"""Queries room: break-downs, whom one hits, and where else those can go."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.admission import barred_for
from instruments.booking.queries.availability import Availability
from instruments.booking.queries.bookings import in_custody_of
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.inventory.rules.sharing import shared_with
from instruments.terms.models import Rate
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.queries.rates import category_of
from instruments.terms.rules.booking_policy import LONGEST_MAINTENANCE_DAYS
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.models import Breakdown, Fault
from instruments.upkeep.rules.outages import Outage, Place
from instruments.upkeep.rules.outages import ways_out as ways_among
from members.enums import UnitState
from members.models import Person

DAYS_AHEAD, MOST_WAYS, MOST_SIBLINGS = 14, 3, 10
MOVABLE = (BookingState.REQUESTED, BookingState.CONFIRMED)


def standing_breakdown(instrument: Instrument) -> Breakdown | None:
    """Return the break-down by which an instrument stands still, with its fault; one query."""
    rows = Breakdown.objects.filter(instrument=instrument, ended_at=None)
    return rows.select_related("fault").first()


def breakdown_of(fault: Fault) -> Breakdown | None:
    """Return the break-down that a fault made, over or not; one query."""
    breakdown = Breakdown.objects.filter(fault=fault).select_related("stopped_by").first()
    if breakdown is not None:
        breakdown.fault, breakdown.instrument = fault, fault.instrument
    return breakdown


def held_in(instrument: Instrument, outage: Outage, now: dt.datetime) -> QuerySet[Booking]:
    """Return all that holds part of the time of an outage on its stations, by start."""
    rows = Booking.objects.holding(now).filter(instrument=instrument, station__in=outage.stations)
    return (
        rows.overlapping(outage.time.start, outage.time.end)
        .select_related("person")
        .order_by("start", "station", "pk")
    )


def hit_by(held: QuerySet[Booking]) -> QuerySet[Booking]:
    """Return the uses among them that have not begun and of which nobody has said yet what becomes of them."""
    return held.filter(kind=BookingKind.USE, state__in=MOVABLE, in_doubt="")


def staying_in(held: QuerySet[Booking], now: dt.datetime) -> QuerySet[Booking]:
    """Return what goes on as it is among them: what runs, upkeep, and bookings whose people were told before."""
    return (
        held.exclude(pk__in=hit_by(held).values("pk")).exclude(state=BookingState.OFFERED).filter(end__gt=now)
    )


def ways_out(
    instrument: Instrument,
    hits: Sequence[Booking],
    outage: Outage,
    keeper: Person,
    now: dt.datetime,
) -> dict[UUID, list[FreeSlot]]:
    """Return where each booking that a break-down hits can go, by key: the soonest times of the same length.

    On the instrument itself, outside the break-down, and on others of the class that the same person keeps and whoever
    booked may use; the first one of each is free together with those of the others. Nothing for what has begun. As
    many queries for many bookings as for one.
    """
    wishing = [one for one in hits if one.start > now]
    if not wishing or outage.time.end - now > dt.timedelta(days=LONGEST_MAINTENANCE_DAYS):
        return {}
    last = outage.time.end + dt.timedelta(days=DAYS_AHEAD)
    others = _siblings(instrument, keeper)
    window = Interval(now, last)
    known = Availability([instrument, *others], window, now)
    priced = _priced([one.pk for one in others], local_day(outage.time.start)) if others else {}
    own = [
        _place(instrument, station, outage.left_free(station, free))
        for station, free in known.by_station(instrument.pk).items()
    ]
    elsewhere = {
        one.pk: [_place(one, station, list(free)) for station, free in known.by_station(one.pk).items()]
        for one in others
    }
    wishes = []
    for hit in wishing:
        usable = [
            place
            for one in others
            if category_of(hit.person, one) in priced.get(one.pk, ()) and _shared(one, hit.person)
            for place in elsewhere[one.pk]
        ]
        wishes.append((Interval(hit.start, hit.end), [*own, *usable]))
    found = ways_among(wishes, most=MOST_WAYS)
    return {hit.pk: ways for hit, ways in zip(wishing, found, strict=True)}


def _siblings(instrument: Instrument, keeper: Person) -> list[Instrument]:
    rows = Instrument.objects.filter(
        in_custody_of(keeper),
        instrument_class=instrument.instrument_class_id,
        state=InstrumentState.IN_SERVICE,
        unit__state=UnitState.ACTIVE,
    ).exclude(pk=instrument.pk)
    return list(rows.select_related("unit__policy", "policy").order_by("code")[:MOST_SIBLINGS])


def _priced(pks: Sequence[int], day: dt.date) -> Mapping[int, set[str]]:
    found = defaultdict(set)
    rates = Rate.objects.filter(instrument__in=pks, valid_from__lte=day)
    for pk, category in rates.values_list("instrument_id", "category"):
        found[pk].add(category)
    return found


def _shared(instrument: Instrument, person: Person) -> bool:
    of_unit = person.home_unit_id == instrument.unit_id
    shared = shared_with(instrument.sharing_mode, of_unit=of_unit, keeps=False)
    return shared and not barred_for(instrument, person)


def _place(instrument: Instrument, station: int, free: list[Interval]) -> Place:
    terms = terms_of(policy_of(instrument))
    return Place(instrument.code, station, terms.step_minutes, terms.apart, free)
