"""Queries room: what a person, and everybody of the same unit, holds on an instrument, for its limits."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.use_limits import HeldUse, UseLimits
from members.models import Person


def held_uses(
    instrument: Instrument,
    person: Person,
    limits: UseLimits,
    window: Interval,
    now: dt.datetime,
    *,
    but: UUID | None = None,
) -> list[HeldUse]:
    """Return the uses of one instrument that the limits count for a person, `but` left out, in one query.

    Requests count as long as they can be decided; what was cancelled, declined or missed does not. The unit is the
    home unit; outside the network the organisation of that name, of which a nameless one is none.
    """
    mine = Q(person=person)
    group = mine
    if limits.of_group and person.home_unit_id is not None:
        group |= Q(person__home_unit=person.home_unit_id)
    elif limits.of_group and person.organisation:
        group |= Q(person__home_unit=None, person__organisation=person.organisation)
    counted = group & Q(start__lt=window.end, end__gt=window.start)
    if limits.most_open is not None:
        counted |= mine & Q(end__gt=now)
    rows = Booking.objects.standing(now).filter(counted, instrument=instrument, kind=BookingKind.USE)
    if but is not None:
        rows = rows.exclude(pk=but)
    return [
        HeldUse(Interval(start, end), who == person.pk, end > now and state != BookingState.COMPLETED)
        for who, start, end, state in rows.order_by().values_list("person", "start", "end", "state")
    ]
