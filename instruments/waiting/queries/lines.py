"""Queries room: who waits for what, and in which place."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.waiting.enums import OPEN, Answer, WaitState
from instruments.waiting.models import WaitEntry, WaitOffer
from instruments.waiting.rules.offers import place_in_line
from members.models import Person

_NOT_WANTED = (Answer.LET_GO, Answer.LAPSED)
_PLACES = WaitEntry.places.through
MOST_ENDED, MOST_SHOWN = 20, 300


@dataclass(frozen=True)
class OwnWish:
    """A wish of a person: its place in line (0 where it has none any more), and the time that is offered for it."""

    entry: WaitEntry
    place: int
    offer: Booking | None


@dataclass(frozen=True)
class Line:
    """Those who wait on one instrument, first come first."""

    instrument: Instrument
    entries: list[WaitEntry]


def in_line(instrument: int, freed: Interval | None, now: dt.datetime) -> list[int]:
    """Return the keys of the wishes for which time on an instrument, or in that part of it, could be offered."""
    rows = WaitEntry.objects.filter(places=instrument, state=WaitState.WAITING, last_start__gt=now)
    if freed is not None:
        rows = rows.filter(start__lt=freed.end, end__gt=freed.start)
    return list(rows.order_by().values_list("pk", flat=True))


def passed(entries: Collection[int], instrument: int) -> Mapping[int, list[Interval]]:
    """Return by wish the times of an instrument that were offered for it and not wanted; one query."""
    found: defaultdict[int, list[Interval]] = defaultdict(list)
    rows = WaitOffer.objects.filter(entry__in=entries, booking__instrument=instrument, answer__in=_NOT_WANTED)
    for pk, start, end in rows.values_list("entry_id", "booking__start", "booking__end"):
        found[pk].append(Interval(start, end))
    return found


def places_of(entries: Collection[int]) -> Mapping[int, list[int]]:
    """Return by wish the keys of the instruments it is about; one query."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = _PLACES.objects.filter(waitentry__in=entries).order_by()
    for entry, instrument in rows.values_list("waitentry_id", "instrument_id"):
        found[entry].append(instrument)
    return found


def own_wishes(person: Person) -> list[OwnWish]:
    """Return the wishes of a person: the open ones, then the last that have ended; at most five queries."""
    open_offers = WaitOffer.objects.filter(answer=Answer.OPEN).select_related("booking__instrument")
    rows = WaitEntry.objects.filter(person=person).select_related("instrument__unit", "person")
    rows = rows.prefetch_related(Prefetch("offers", open_offers, to_attr="standing"))
    still = list(rows.filter(state__in=OPEN).order_by("joined_at", "pk"))
    ended = list(rows.exclude(state__in=OPEN).order_by("-ended_at", "-pk")[:MOST_ENDED])
    lines = places_in_line(still)
    return [
        OwnWish(entry, lines.get(entry.pk, 0), next((one.booking for one in _standing(entry)), None))
        for entry in [*still, *ended]
    ]


def places_in_line(entries: Sequence[WaitEntry]) -> dict[int, int]:
    """Return by wish its place among all that could get the same time on one of its instruments; two queries."""
    if not entries:
        return {}
    wanted = places_of([entry.pk for entry in entries])
    every = {place for places in wanted.values() for place in places}
    rivals = list(
        WaitEntry.objects.in_line()
        .filter(
            pk__in=_PLACES.objects.filter(instrument__in=every).values("waitentry"),
            joined_at__lte=max(entry.joined_at for entry in entries),
        )
        .only("pk", "joined_at", "start", "end", "person")
    )
    theirs = places_of([rival.pk for rival in rivals])
    return {
        entry.pk: place_in_line(
            entry,
            [
                rival
                for rival in rivals
                if rival.window.overlaps(entry.window)
                and not set(theirs[rival.pk]).isdisjoint(wanted[entry.pk])
            ],
        )
        for entry in entries
    }


def waiting_on(instruments: Collection[Instrument], now: dt.datetime) -> list[Line]:
    """Return who waits on instruments, by code and place in line; who waits for several stands at each; two queries."""
    known = {instrument.pk: instrument for instrument in instruments}
    rows = (
        WaitEntry.objects.in_line()
        .filter(pk__in=_PLACES.objects.filter(instrument__in=known).values("waitentry"), last_start__gt=now)
        .select_related("person__home_unit")
    )
    entries = list(rows[:MOST_SHOWN])
    found: defaultdict[int, list[WaitEntry]] = defaultdict(list)
    places = places_of([entry.pk for entry in entries])
    for entry in entries:
        for pk in places[entry.pk]:
            if pk in known:
                found[pk].append(entry)
    return [Line(known[pk], found[pk]) for pk in sorted(found, key=lambda pk: known[pk].code)]


def _standing(entry: WaitEntry) -> Sequence[WaitOffer]:
    offers: Sequence[WaitOffer] = entry.standing  # type: ignore[attr-defined]
    return offers
