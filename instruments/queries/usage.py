"""Queries room: usage records, who sees them and what stands beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from instruments.models import Booking, Instrument, Stewardship, UsageRecord
from instruments.queries.holding import holding_now
from instruments.rules.intervals import Interval
from members.models import Person
from members.permissions import roles_of


def usage_visible_to(person: Person | AnonymousUser) -> QuerySet[UsageRecord]:
    """Records of one's own visits, of instruments one keeps, of units one manages or views; officers see all."""
    rows = UsageRecord.objects.select_related("instrument", "unit", "person")
    if not isinstance(person, Person) or not person.is_active:
        return rows.none()
    roles = roles_of(person)
    if roles.is_officer:
        return rows
    today = timezone.localdate()
    kept = Stewardship.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today), person=person, valid_from__lte=today
    )
    return rows.filter(
        Q(person=person)
        | Q(instrument__in=kept.order_by().values("instrument_id"))
        | Q(unit__in=roles.manager_of | roles.viewer_in)
    )


def overlapping_record(
    instrument_pk: int, station: int, wish: Interval, *, without: UUID | None = None
) -> UsageRecord | None:
    """Return the first counting record that shares a moment with the wish on that station, or None."""
    rows = UsageRecord.objects.current().filter(
        instrument=instrument_pk, station=station, start__lt=wish.end, end__gt=wish.start
    )
    return (rows if without is None else rows.exclude(pk=without)).order_by("start").first()


def taken_beside(booking: Booking, start: dt.datetime, end: dt.datetime) -> list[Interval]:
    """Return what keeps a visit from using [start, end): other bookings and records on its station; two queries."""
    same = {"instrument": booking.instrument_id, "station": booking.station}
    times = ("start", "end")
    others = holding_now(timezone.now()).filter(**same).exclude(pk=booking.pk).overlapping(start, end)
    records = UsageRecord.objects.current().filter(**same, start__lt=end, end__gt=start)
    rows = [*others.values_list(*times), *records.values_list(*times)]
    return [Interval(*row) for row in rows]


def current_by_number(
    instruments: Collection[Instrument], numbers: Collection[str]
) -> dict[tuple[int, str], UsageRecord]:
    """Return the counting records with these numbers in the units of these instruments, in one query."""
    rows = UsageRecord.objects.current().filter(
        unit__in={instrument.unit_id for instrument in instruments}, record_id__in=set(numbers)
    )
    return {(row.unit_id, row.record_id): row for row in rows.select_related("instrument__unit")}
