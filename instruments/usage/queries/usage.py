"""Queries room: usage records, who sees them and what stands beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from folding.times import LOCAL
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument, Stewardship
from instruments.terms.rules.intervals import Interval
from instruments.usage.models import UsageQuerySet, UsageRecord
from members.models import MemberUnit, Person
from members.permissions import roles_of


def usage_visible_to(person: Person | AnonymousUser) -> UsageQuerySet:
    """Records of one's own visits, of instruments one keeps, of units one manages or views; officers see all."""
    rows = UsageRecord.objects.select_related("instrument", "unit", "person")
    if not isinstance(person, Person) or not person.is_active:
        return rows.none()
    roles = roles_of(person)
    if roles.is_officer:
        return rows
    kept = Stewardship.objects.kept_by(person, timezone.localdate())
    return rows.filter(
        Q(person=person)
        | Q(instrument__in=kept.values("instrument_id"))
        | Q(unit__in=roles.manager_of | roles.viewer_in)
    )


def sees_all_usage(person: Person | AnonymousUser, unit: MemberUnit) -> bool:
    """Tell whether a person sees every record of a unit: who manages or views it, and officers."""
    roles = roles_of(person)
    return roles.is_officer or unit.pk in roles.manager_of | roles.viewer_in


@dataclass(frozen=True)
class Use:
    """One use on record: when it was, its effective hours, whether a booking led to it."""

    interval: Interval
    hours: Decimal
    was_booked: bool


def use_between(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> list[Use]:
    """Return the counting uses of an instrument that began in [start, end), without saying whose; one query."""
    rows = UsageRecord.objects.current().filter(instrument=instrument).began_in(start, end).order_by("start")
    return [
        Use(Interval(begins, ends), hours, booking is not None)
        for begins, ends, hours, booking in rows.values_list("start", "end", "effective_hours", "booking_id")
        if begins < ends
    ]


def usage_of(booking: Booking) -> UsageRecord | None:
    """Return the counting usage record that a booking left, or None."""
    rows = UsageRecord.objects.current().select_related("instrument__unit", "unit")
    return rows.filter(booking=booking).first()


def overlapping_record(
    instrument_pk: int, station: int, wish: Interval, *, without: UUID | None = None
) -> UsageRecord | None:
    """Return the first counting record that shares a moment with the wish on that station, or None."""
    rows = UsageRecord.objects.current().filter(
        instrument=instrument_pk, station=station, start__lt=wish.end, end__gt=wish.start
    )
    return (rows if without is None else rows.exclude(pk=without)).order_by("start").first()


def taken_beside(
    booking: Booking, start: dt.datetime, end: dt.datetime, *, without: UUID | None = None
) -> list[Interval]:
    """Return what keeps a visit from using [start, end): other bookings and records on its station; two queries.

    `without` is a record that the visit's own will replace.
    """
    same = {"instrument": booking.instrument_id, "station": booking.station}
    times = ("start", "end")
    others = (
        Booking.objects.holding(timezone.now()).filter(**same).exclude(pk=booking.pk).overlapping(start, end)
    )
    records = UsageRecord.objects.current().filter(**same, start__lt=end, end__gt=start)
    if without is not None:
        records = records.exclude(pk=without)
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


def wordings_of(unit: int, record_id: str) -> int:
    """Return how often a number of a unit (primary key) has been written, corrections too: its version; 0 for never."""
    return UsageRecord.objects.filter(unit=unit, record_id=record_id).count()


def held_times(
    instruments: Collection[int], start: dt.datetime, end: dt.datetime
) -> list[tuple[tuple[int, int], Interval, UsageRecord]]:
    """Return, with instrument and station, the counting records that share a moment with [start, end); one query."""
    rows = UsageRecord.objects.current().filter(instrument__in=instruments, start__lt=end, end__gt=start)
    return [
        ((row.instrument_id, row.station), Interval(row.start, row.end), row)
        for row in rows.only("record_id", "instrument_id", "station", "start", "end").order_by("start")
    ]


def proposed_number(instrument: Instrument, station: int, start: dt.datetime) -> str:
    """Return a record number nobody used: instrument, station where it has several, local start, `-2` on need.

    Ask under the instrument's lock: the same use typed twice then meets its own time, and is refused.
    """
    place = f"-{station}" if instrument.station_count > 1 else ""
    number = f"{instrument.code}{place}-{start.astimezone(LOCAL):%Y%m%d%H%M}"
    taken = set(
        UsageRecord.objects.filter(unit=instrument.unit_id, record_id__startswith=number).values_list(
            "record_id", flat=True
        )
    )
    proposal, count = number, 1
    while proposal in taken:
        count += 1
        proposal = f"{number}-{count}"
    return proposal
