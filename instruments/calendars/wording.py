"""Wording room: bookings and opening hours as iCalendar (RFC 5545, 7953, 7986), in the active language.

An event keeps its UID through every change and counts its SEQUENCE, so that a program changes what it has and shows
nothing twice. None has a METHOD: a calendar store takes no message (RFC 4791, 4.1), and these are none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from icalendar import BUSYTYPE, STATUS, TRANSP, Availability, Available, Calendar, Event, Timezone

from display.formats import money
from display.templatetags.display import named
from folding.times import LOCAL
from instruments.booking.enums import TIMED_STATES, BookingKind, BookingState
from instruments.booking.rules.booking_states import UNUSED_STATES
from instruments.booking.rules.requests import state_at
from instruments.calendars.enums import FeedKind
from instruments.calendars.rules.event_lines import EventFacts, event_lines
from instruments.calendars.rules.shown import Shown
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException, OpeningPeriod
from instruments.terms.rules.hours import local_midnight
from members.models import MemberUnit, Person

FETCHED_EVERY = dt.timedelta(minutes=30)
MAKER = "-//open-instruments//calendar//EN"
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MINUTE = dt.timedelta(minutes=1)
_PLAIN = {BookingState.CONFIRMED, BookingState.IN_USE, BookingState.COMPLETED}
"""States of which a title says nothing."""
_END = b"END:VCALENDAR\r\n"
_NO_BOOKING = str(UUID(int=0))
"""Stands in an address for the booking: a pattern is turned into an address once, not once an event."""


def calendar(
    title: str, uid: str, events: Iterable[str], parts: Sequence[Event | Availability] = ()
) -> bytes:
    """Write a calendar that is fetched again and again, of events in lines; its UID stays through all of that."""
    made = Calendar.new(
        prodid=MAKER,
        name=title,
        uid=uid,
        language=get_language(),
        refresh_interval=FETCHED_EVERY,
        subcomponents=[_zone(), *parts],
    )
    made.add("X-WR-TIMEZONE", LOCAL.key)
    made.add("X-PUBLISHED-TTL", f"PT{FETCHED_EVERY // _MINUTE}M")
    frame: bytes = made.to_ical()
    return frame.removesuffix(_END) + "".join(events).encode() + _END


@cache
def _zone() -> Timezone:
    return Timezone.from_tzid(LOCAL.key)


def file_of(booking: Shown, reader: Person, now: dt.datetime) -> tuple[str, bytes]:
    """Return name and content of a file with one booking, for somebody who may see it."""
    by = "what" if booking.person_id == reader.pk else "both"
    title = f"{_site()} · {_Words().name(booking.name_zh, booking.name_en)}"
    content = calendar(title, f"file-{booking.pk}", events([booking], now, by=by))
    return f"{booking.code}-{booking.start.astimezone(LOCAL):%Y%m%d-%H%M}.ics", content


def title_of(kind: FeedKind, target: Instrument | MemberUnit | None) -> str:
    """Name a calendar."""
    return f"{_site()} · {FeedKind(kind).label if target is None else named(target)}"


def events(rows: Iterable[Shown], now: dt.datetime, *, by: str, names: bool = True) -> Iterator[str]:
    """Put bookings into events, as lines; `by` says what they are called.

    `who` and `what`: by the person, by the instrument, or `both`. Without `names` they say no more than that the time
    is taken.
    """
    before, after = (settings.SITE_URL + reverse("instruments:booking", args=[_NO_BOOKING])).split(
        _NO_BOOKING
    )
    words = _Words()
    for row in rows:
        state = state_at(row.state, row.expires_at, now)
        over, ran_out = state in UNUSED_STATES, state != row.state
        address = f"{before}{row.pk}{after}" if names else ""
        facts = EventFacts(
            uid=str(row.pk),
            sequence=row.version - 1 + ran_out,  # what expires by time alone is no new version of the row
            start=row.start.astimezone(LOCAL),
            end=(row.booked_end if over else row.end).astimezone(LOCAL),
            stamp=row.expires_at if ran_out and row.expires_at else row.changed_at,
            created=row.requested_at,
            summary=_summary(row, state, words, by, names=names),
            status=_status(state),
            transparency=TRANSP.TRANSPARENT if over else TRANSP.OPAQUE,
            location=row.address,
            description="\n".join([*_told(row, state, words), address]) if names else "",
            url=address,
        )
        yield event_lines(facts, LOCAL.key)


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


def _site() -> str:
    return gettext("Open instruments")


class _Words:
    """The words of all events of a calendar, looked up once in the active language."""

    def __init__(self) -> None:
        self.states = {state: str(state.label) for state in BookingState}
        self.upkeep = str(BookingKind.MAINTENANCE.label)
        self.taken = pgettext("a time of an instrument", "Taken")
        self.station = gettext("Station %(number)s")
        self.purpose = gettext("What for: %(purpose)s")
        self.price = gettext("Price: %(price)s")
        self.reason = gettext("Reason: %(reason)s")
        self.name = cache(lambda zh, en: named({"name_zh": zh, "name_en": en}))


def _summary(row: Shown, state: BookingState, words: _Words, by: str, *, names: bool) -> str:
    instrument = words.name(row.name_zh, row.name_en)
    is_upkeep = row.kind == BookingKind.MAINTENANCE
    if not names:
        said = words.upkeep if is_upkeep else words.taken
    else:
        who = words.upkeep if is_upkeep else row.person_name
        only = who if by == "who" else instrument
        said = f"{who} · {instrument}" if by == "both" or (is_upkeep and by == "what") else only
    return said if state in _PLAIN else f"[{words.states[state]}] {said}"


def _status(state: BookingState) -> STATUS:
    if state in UNUSED_STATES:
        return STATUS.CANCELLED
    return STATUS.TENTATIVE if state in TIMED_STATES else STATUS.CONFIRMED


def _told(row: Shown, state: BookingState, words: _Words) -> list[str]:
    instrument, unit = words.name(row.name_zh, row.name_en), words.name(row.unit_name_zh, row.unit_name_en)
    lines = [f"{instrument} ({row.code}) · {unit}", words.states[state]]
    if row.station_count > 1:
        lines.append(words.station % {"number": row.station})
    if row.purpose:
        lines.append(words.purpose % {"purpose": row.purpose})
    if row.kind == BookingKind.USE:
        lines.append(words.price % {"price": money(row.price)})
    if row.reason:
        lines.append(words.reason % {"reason": row.reason})
    return lines
