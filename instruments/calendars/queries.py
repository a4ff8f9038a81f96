"""Queries room: what a calendar holds."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from instruments.booking.enums import BookingKind
from instruments.booking.models import Booking, BookingStep
from instruments.booking.rules.booking_states import UNUSED_STATES
from instruments.calendars.enums import FeedKind
from instruments.calendars.models import CalendarFeed
from instruments.calendars.permissions import Followed, followed_by, names_people
from instruments.calendars.rules.shown import Shown
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import stewarded_by
from instruments.terms.models import OpeningException, OpeningPeriod
from instruments.terms.rules.hours import local_day
from members.models import MemberUnit, Person
from members.permissions import can

PAST, AHEAD = dt.timedelta(days=60), dt.timedelta(days=400)
TOLD_AFTERWARDS = dt.timedelta(days=30)
"""So long a booking that came to nothing is shown as cancelled, until every program has heard of it."""


@dataclass(frozen=True)
class Opening:
    """When an instrument is open: its weeks, and what differs on certain days."""

    instrument: Instrument
    periods: Sequence[OpeningPeriod]
    exceptions: Sequence[OpeningException]


@dataclass(frozen=True)
class Held:
    """What a calendar shows to one person at one moment; `feed` is the key of the subscription."""

    feed: int
    person: Person
    followed: Followed
    names: bool
    bookings: Sequence[Shown]
    opening: Opening | None

    def mark(self, now: dt.datetime) -> str:
        """Return what changes with whatever is shown; a request past its time has changed though no row did."""
        parts: list[object] = [self.person.language, self.followed.kind, self.names, local_day(now)]
        parts += [
            (row.pk.hex, row.version, row.expires_at is not None and row.expires_at <= now)
            for row in self.bookings
        ]
        parts += sorted({row.names for row in self.bookings})
        if self.opening is not None:
            instrument = self.opening.instrument
            parts.append((instrument.name_zh, instrument.name_en, instrument.address))
            parts += [(row.pk, row.valid_to) for row in self.opening.periods]
            parts += [(row.pk, row.start, row.end) for row in self.opening.exceptions]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


_TOLD: dict[str, Any] = {
    "booked_end": Coalesce("booked_until", "end"),
    "changed_at": Coalesce(
        Subquery(BookingStep.objects.filter(booking=OuterRef("pk")).order_by("-at").values("at")[:1]),
        "requested_at",
    ),
    "person_name": Coalesce(
        NullIf("person__display_name", Value("")), "person__email", output_field=CharField()
    ),
    "code": F("instrument__code"),
    "name_zh": F("instrument__name_zh"),
    "name_en": F("instrument__name_en"),
    "address": F("instrument__address"),
    "station_count": F("instrument__station_count"),
    "unit_name_zh": F("instrument__unit__name_zh"),
    "unit_name_en": F("instrument__unit__name_en"),
}
"""What stands in other columns or other tables."""


def feed_under(digest: str) -> CalendarFeed | None:
    """Return the subscription of an address, if its person still has the access and the right; None else."""
    rows = CalendarFeed.objects.select_related(
        "person", "instrument__unit__policy", "instrument__policy", "unit"
    )
    feed = rows.filter(digest=digest).first()
    if feed is None or not feed.opens or not can(feed.person, "follow_calendar", followed_by(feed)):
        return None
    return feed


def held_by(feed: CalendarFeed, now: dt.datetime) -> Held:
    """Read what a subscription shows at this moment; four queries at most, however many bookings."""
    followed, person = followed_by(feed), feed.person
    rows = Booking.objects.filter(_about(followed, person), end__gt=now - PAST, start__lt=now + AHEAD)
    rows = rows.exclude(Q(state__in=UNUSED_STATES) & Q(ended_at__lt=now - TOLD_AFTERWARDS))
    opening = _opening(followed.target, now) if isinstance(followed.target, Instrument) else None
    return Held(feed.pk, person, followed, names_people(person, followed), _read(rows), opening)


def one_booking(pk: UUID) -> Shown:
    """Read a booking as calendars show it. Raises DoesNotExist."""
    for row in _read(Booking.objects.filter(pk=pk)):
        return row
    raise Booking.DoesNotExist


def live_feeds(person: Person) -> list[CalendarFeed]:
    """Return the subscriptions of a person that still open something, newest first."""
    rows = CalendarFeed.objects.select_related("person", "instrument", "unit")
    return [feed for feed in rows.filter(person=person, ended_at=None) if feed.opens]


def _read(rows: QuerySet[Booking]) -> list[Shown]:
    found = rows.annotate(**_TOLD).order_by("start", "pk").values_list(*Shown._fields)
    return [Shown(*row) for row in found]


def _about(followed: Followed, person: Person) -> Q:
    match followed.kind, followed.target:
        case FeedKind.MINE, None:
            return Q(person=person, kind=BookingKind.USE)
        case FeedKind.KEPT, None:
            return Q(instrument__in=stewarded_by(person))
        case FeedKind.INSTRUMENT, Instrument():
            return Q(instrument=followed.target)
        case FeedKind.UNIT, MemberUnit():
            return Q(instrument__unit=followed.target)
    raise ValueError(f"No calendar is about {followed!r}.")


def _opening(instrument: Instrument, now: dt.datetime) -> Opening:
    exceptions = OpeningException.objects.filter(
        instrument=instrument, end__gt=now - PAST, start__lt=now + AHEAD
    )
    periods = OpeningPeriod.objects.touching(local_day(now)).filter(instrument=instrument)
    return Opening(
        instrument, list(periods.order_by("weekday", "opens", "pk")), list(exceptions.order_by("start", "pk"))
    )
