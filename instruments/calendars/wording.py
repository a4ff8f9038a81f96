"""Wording room: bookings and opening hours as iCalendar (RFC 5545, 7953, 7986), in the active language.

An event keeps its UID through every change and counts its SEQUENCE, so that a program changes what it has and shows
nothing twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from icalendar import BUSYTYPE, STATUS, TRANSP, Availability, Available, Calendar, Event

from display.formats import money
from display.templatetags.display import named
from folding.times import LOCAL
from instruments.booking.enums import TIMED_STATES, BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import UNUSED_STATES
from instruments.booking.rules.requests import state_at
from instruments.calendars.enums import FeedKind
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException, OpeningPeriod
from instruments.terms.rules.hours import local_midnight
from members.models import MemberUnit, Person

FETCHED_EVERY = dt.timedelta(minutes=30)
MAKER = "-//open-instruments//calendar//EN"
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MINUTE = dt.timedelta(minutes=1)


def calendar(title: str, uid: str, parts: Iterable[Event | Availability]) -> bytes:
    """Write a calendar that is fetched again and again; its UID stays through all of that."""
    made = Calendar.new(
        prodid=MAKER,
        name=title,
        uid=uid,
        method="PUBLISH",
        language=get_language(),
        refresh_interval=FETCHED_EVERY,
        subcomponents=list(parts),
    )
    made.add("X-WR-TIMEZONE", LOCAL.key)
    made.add("X-PUBLISHED-TTL", f"PT{FETCHED_EVERY // _MINUTE}M")
    made.add_missing_timezones()
    text: bytes = made.to_ical()
    return text


def file_of(booking: Booking, reader: Person, now: dt.datetime) -> tuple[str, bytes]:
    """Return name and content of a file with one booking, read with `changed_at`, for somebody who may see it."""
    instrument = booking.instrument
    by = "what" if booking.person_id == reader.pk else "both"
    content = calendar(
        title_of(FeedKind.INSTRUMENT, instrument), f"file-{booking.pk}", [event(booking, now, by=by)]
    )
    return f"{instrument.code}-{booking.start.astimezone(LOCAL):%Y%m%d-%H%M}.ics", content


def title_of(kind: FeedKind, target: Instrument | MemberUnit | None) -> str:
    """Name a calendar."""
    site = gettext("Open instruments")
    return f"{site} · {FeedKind(kind).label if target is None else named(target)}"


def event(booking: Booking, now: dt.datetime, *, by: str, names: bool = True) -> Event:
    """Put a booking, read with `changed_at`, into an event; `by` says what it is called.

    `who` and `what`: by its person, by its instrument, or `both`. Without `names` it says no more than that the time
    is taken.
    """
    state = state_at(booking.state, booking.expires_at, now)
    changed = getattr(booking, "changed_at", None) or booking.requested_at
    over = state in UNUSED_STATES
    found = Event.new(
        uid=str(booking.pk),
        stamp=changed,
        created=booking.requested_at,
        last_modified=changed,
        # What expires by time alone is no new version of the row.
        sequence=booking.version - 1 + (state != booking.state),
        start=booking.start.astimezone(LOCAL),
        end=booking.booked_end.astimezone(LOCAL) if over else booking.end.astimezone(LOCAL),
        summary=_summary(booking, state, by, names=names),
        location=booking.instrument.address or None,
        status=_status(state),
        transparency=TRANSP.TRANSPARENT if over else TRANSP.OPAQUE,
    )
    if names:
        address = settings.SITE_URL + reverse("instruments:booking", args=[booking.pk])
        found.add("description", "\n".join([*_told(booking, state), address]))
        found.add("url", address)
    return found


def closures(instrument: Instrument, exceptions: Sequence[OpeningException]) -> list[Event]:
    """Put the times at which an instrument is shut though its week says open into events."""
    return [
        Event.new(
            uid=f"closure-{row.pk}-{instrument.code}",
            stamp=row.start.astimezone(dt.UTC),
            start=row.start.astimezone(LOCAL),
            end=row.end.astimezone(LOCAL),
            summary=" · ".join(filter(None, [gettext("Closed"), row.reason])),
            transparency=TRANSP.OPAQUE,
        )
        for row in exceptions
        if not row.is_open
    ]


def availability(
    instrument: Instrument,
    periods: Sequence[OpeningPeriod],
    exceptions: Sequence[OpeningException],
    today: dt.date,
) -> Availability:
    """Put the opening hours of an instrument, as they hold from today on, into a VAVAILABILITY."""
    weekly = [_weekly(instrument, row, today) for row in periods]
    extra = [
        Available.new(
            uid=f"open-{row.pk}-{instrument.code}",
            stamp=row.start.astimezone(dt.UTC),
            start=row.start.astimezone(LOCAL),
            end=row.end.astimezone(LOCAL),
        )
        for row in exceptions
        if row.is_open
    ]
    return Availability.new(
        uid=f"opening-{instrument.code}",
        stamp=local_midnight(today).astimezone(dt.UTC),
        summary=pgettext("short name of a rule", "Opening hours"),
        busy_type=BUSYTYPE.BUSY_UNAVAILABLE,
        components=[*weekly, *extra],
    )


def _weekly(instrument: Instrument, row: OpeningPeriod, today: dt.date) -> Available:
    since = max(row.valid_from, today)
    first = since + dt.timedelta(days=(row.weekday - since.weekday()) % 7)
    midnight = local_midnight(first)
    found = Available.new(
        uid=f"week-{row.pk}-{instrument.code}",
        stamp=local_midnight(today).astimezone(dt.UTC),
        start=(midnight + row.opens * _MINUTE).astimezone(LOCAL),
        end=(midnight + row.closes * _MINUTE).astimezone(LOCAL),
    )
    rule: dict[str, object] = {"freq": "weekly", "byday": _DAYS[row.weekday]}
    if row.valid_to is not None:
        rule["until"] = (local_midnight(row.valid_to) - dt.timedelta(seconds=1)).astimezone(dt.UTC)
    found.add("rrule", rule)
    return found


def _summary(booking: Booking, state: BookingState, by: str, *, names: bool) -> str:
    instrument = named(booking.instrument)
    upkeep = str(BookingKind.MAINTENANCE.label)
    if not names:
        said = (
            upkeep
            if booking.kind == BookingKind.MAINTENANCE
            else pgettext("a time of an instrument", "Taken")
        )
    elif booking.kind == BookingKind.MAINTENANCE:
        said = upkeep if by == "who" else f"{upkeep} · {instrument}"
    else:
        said = {"who": str(booking.person), "what": instrument}.get(by, f"{booking.person} · {instrument}")
    plain = state in {BookingState.CONFIRMED, BookingState.IN_USE, BookingState.COMPLETED}
    return said if plain else f"[{state.label}] {said}"


def _status(state: BookingState) -> STATUS:
    if state in UNUSED_STATES:
        return STATUS.CANCELLED
    return STATUS.TENTATIVE if state in TIMED_STATES else STATUS.CONFIRMED


def _told(booking: Booking, state: BookingState) -> list[str]:
    instrument = booking.instrument
    lines = [f"{named(instrument)} ({instrument.code}) · {named(instrument.unit)}", str(state.label)]
    if instrument.station_count > 1:
        lines.append(gettext("Station %(number)s") % {"number": booking.station})
    if booking.purpose:
        lines.append(gettext("What for: %(purpose)s") % {"purpose": booking.purpose})
    if booking.kind == BookingKind.USE:
        lines.append(gettext("Price: %(price)s") % {"price": money(booking.price)})
    if booking.reason:
        lines.append(gettext("Reason: %(reason)s") % {"reason": booking.reason})
    return lines
