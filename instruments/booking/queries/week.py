"""Queries room: one week of one instrument, as the calendar shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import opening_of
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.hours import local_midnight
from instruments.terms.rules.intervals import Interval, clip
from members.models import Person


@dataclass(frozen=True)
class WeekBlock:
    """The part of a booking that lies on one day; minutes after local midnight.

    `booking_id` and `person_name` are None where the viewer may not know them.
    """

    start: dt.datetime
    end: dt.datetime
    from_minute: int
    to_minute: int
    station: int
    kind: str
    state: str
    is_mine: bool
    booking_id: UUID | None
    person_name: str | None


@dataclass(frozen=True)
class OpenPart:
    """An open stretch of one day in minutes after local midnight."""

    from_minute: int
    to_minute: int


@dataclass(frozen=True)
class WeekDay:
    """One local day."""

    day: dt.date
    is_today: bool
    is_past: bool
    open_parts: list[OpenPart]
    blocks: list[WeekBlock]


@dataclass(frozen=True)
class WeekView:
    """Seven days, from today on. `first_minute` and `last_minute` enclose everything that is open or held."""

    first: dt.date
    days: list[WeekDay]
    station_count: int
    step_minutes: int
    first_minute: int
    last_minute: int
    now: dt.datetime

    @property
    def previous(self) -> dt.date:
        """First day of the week before."""
        return self.first - dt.timedelta(days=7)

    @property
    def next(self) -> dt.date:
        """First day of the week after."""
        return self.first + dt.timedelta(days=7)


def week(
    instrument: Instrument, day: dt.date, person: Person | AnonymousUser, *, sees_all: bool = False
) -> WeekView:
    """Return the seven days that hold a day, counted from today on, in at most four queries whatever it holds.

    `sees_all` tells that the person keeps the instrument and may know who holds which time; others learn that of
    their own bookings alone. Raises ValueError for a week outside the years 1992 to 8999.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    # Seven days from today show what can be booked; the Monday before would be days that are over.
    first = today + dt.timedelta(days=(day - today).days // 7 * 7)
    if not 1992 <= first.year < 8999:
        raise ValueError("This week cannot be shown.")
    window = Interval(local_midnight(first), local_midnight(first + dt.timedelta(days=7)))
    policy = policy_of(instrument)
    opened = terms_of(policy).without_nights(opening_of(instrument, window))
    held = list(
        Booking.objects.holding(now)
        .filter(instrument=instrument)
        .overlapping(window.start, window.end)
        .select_related("person")
        .order_by("start", "station")
    )
    days = []
    for offset in range(7):
        day = first + dt.timedelta(days=offset)
        midnight = local_midnight(day)
        whole = Interval(midnight, midnight + dt.timedelta(days=1))
        parts = [OpenPart(_minute(i.start, whole), _minute(i.end, whole)) for i in clip(opened, whole)]
        blocks = [
            _block(booking, part, whole, person, sees_all=sees_all)
            for booking in held
            for part in clip([Interval(booking.start, booking.end)], whole)
        ]
        days.append(WeekDay(day, day == today, day < today, parts, blocks))
    edges = [(p.from_minute, p.to_minute) for d in days for p in d.open_parts]
    edges += [(b.from_minute, b.to_minute) for d in days for b in d.blocks]
    return WeekView(
        first=first,
        days=days,
        station_count=instrument.station_count,
        step_minutes=policy.step_minutes,
        first_minute=min((start for start, _ in edges), default=8 * 60),
        last_minute=max((end for _, end in edges), default=20 * 60),
        now=now,
    )


def _minute(moment: dt.datetime, day: Interval) -> int:
    return (moment - day.start) // dt.timedelta(minutes=1)


def _block(
    booking: Booking, part: Interval, day: Interval, person: Person | AnonymousUser, *, sees_all: bool
) -> WeekBlock:
    mine = person.pk is not None and booking.person_id == person.pk
    known = mine or sees_all
    return WeekBlock(
        start=booking.start,
        end=booking.end,
        from_minute=_minute(part.start, day),
        to_minute=_minute(part.end, day),
        station=booking.station,
        kind=booking.kind,
        state=booking.state,
        is_mine=mine,
        booking_id=booking.pk if known else None,
        person_name=str(booking.person) if known else None,
    )
