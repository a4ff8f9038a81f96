"""Queries room: free time on other instruments of the same class, for somebody whose booking is hit."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from instruments.booking.models import Booking
from instruments.booking.queries.admission import barred_for
from instruments.booking.queries.availability import Availability
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from instruments.terms.models import Rate
from instruments.terms.queries.rates import category_of
from instruments.terms.rules.hours import is_convertible, local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from members.enums import UnitState
from members.models import Person

LOOKED_AT, DAYS = 40, 14


def elsewhere(booking: Booking, count: int = 3) -> list[tuple[Instrument, FreeSlot]]:
    """Return free slots of the same length on other instruments of the class that the person may book and pay for.

    One slot an instrument: first those of the same unit, then of the same region; by time. Of the fourteen days from
    the booked one on; four queries.
    """
    now, place = timezone.now(), booking.instrument
    start = max(booking.start, now)
    if not is_convertible(start + dt.timedelta(days=DAYS)):
        return []
    near = _may_book(booking.person, place, local_day(start))
    minutes = (booking.end - booking.start) // dt.timedelta(minutes=1)
    midnight = local_midnight(local_day(start))
    window = Interval(midnight, midnight + dt.timedelta(days=DAYS))
    known = Availability(list(near.values()), window, now)
    chosen = [near[pk] for pk in known.takes(minutes)]
    chosen.sort(
        key=lambda one: (one.unit_id != place.unit_id, one.region_id != place.region_id, one.code),
    )
    found = [(one, slot) for one in chosen[:count] for slot in known.next(one.pk, minutes, start, 1)]
    return sorted(found, key=lambda pair: pair[1].start)


def _may_book(person: Person, place: Instrument, day: dt.date) -> dict[int, Instrument]:
    shared = Q(sharing_mode=SharingMode.EXTERNAL)
    if person.home_unit_id is not None:
        shared |= Q(sharing_mode=SharingMode.INTERNAL, unit=person.home_unit_id)
    rows = Instrument.objects.filter(
        shared,
        instrument_class=place.instrument_class_id,
        state=InstrumentState.IN_SERVICE,
        unit__state=UnitState.ACTIVE,
    ).exclude(pk=place.pk)
    some = {one.pk: one for one in rows.select_related("unit__policy", "policy").order_by("code")[:LOOKED_AT]}
    priced = set(
        Rate.objects.filter(instrument__in=some, valid_from__lte=day).values_list("instrument", "category")
    )
    return {
        pk: one
        for pk, one in some.items()
        if (pk, category_of(person, one)) in priced and not barred_for(one, person)
    }
