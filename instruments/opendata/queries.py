"""Queries room: which time is to be published, what has been, and a page of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Max, Q

from instruments.availability.queries.attributes import OPEN
from instruments.availability.queries.index import FreeIndex
from instruments.availability.queries.keeping import current
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.opendata.models import OpenSlot
from instruments.opendata.rules.spans import spans
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import DAY_MINUTES

DAYS_AHEAD = 14
PAGE = 500
_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)
_TOLD = ("code", "name_zh", "name_en", "address", "unit__code", "unit__name_zh", "region__name_zh")


class Place(NamedTuple):
    """What names a span as long as it is free: key of the instrument, station, start."""

    instrument: int
    station: int
    start: dt.datetime


class Said(NamedTuple):
    """What is told of it: until when it is free, and the mark of what is told of the instrument."""

    end: dt.datetime
    mark: str


def wanted(now: dt.datetime) -> dict[Place, Said]:
    """Return what is free and open to everybody in the next fourteen days; ask outside a change.

    A span that is shorter than any booking, that is over, or that cannot yet be booked to its end is none.
    """
    index = current(now).index
    shared = index.attributes.public & index.attributes.of("is", OPEN)
    shared &= index.attributes.of("mode", SharingMode.EXTERNAL.value)
    marks = _marks(index, shared)
    found = {}
    for terms, bits in index.attributes.values("terms").items():
        assert isinstance(terms, BookingTerms)
        for place, end in _free(index, bits & shared):
            fits = end - place.start >= terms.shortest_minutes * _MINUTE
            if fits and now < end <= terms.latest_start(now) + terms.longest_minutes * _MINUTE:
                found[place] = Said(end, marks[place.instrument])
    return found


def published() -> dict[Place, Said]:
    """Return what the feed says at this moment."""
    rows = OpenSlot.objects.filter(gone_at=None).order_by()
    columns = rows.values_list("instrument_id", "station", "start", "end", "mark")
    return {Place(pk, station, start): Said(end, mark) for pk, station, start, end, mark in columns}


def newest() -> int:
    """Return the highest number given so far."""
    last: int | None = OpenSlot.objects.aggregate(last=Max("modified"))["last"]
    return last or 0


def page_after(modified: int | None, pk: int | None) -> list[OpenSlot]:
    """Return the rows behind a place in the feed, oldest change first; from its beginning for None."""
    rows = OpenSlot.objects.select_related("instrument__unit", "instrument__region")
    if modified is not None:
        rows = rows.filter(Q(modified=modified, pk__gt=pk) | Q(modified__gt=modified))
    return list(rows.order_by("modified", "pk")[:PAGE])


def _free(index: FreeIndex, among: int) -> Iterator[tuple[Place, dt.datetime]]:
    pks = index.attributes.pks
    for (minutes, station), layer in index.layers.items():
        if not layer.members & among:
            continue
        a_day = DAY_MINUTES // minutes
        rows = layer.slots[: DAYS_AHEAD * a_day]
        for position, first, last in spans(rows, layer.members & among, a_day):
            start, end = (index.first + slot * minutes * _MINUTE for slot in (first, last))
            yield Place(pks[position], station, start), end


def _marks(index: FreeIndex, shared: int) -> dict[int, str]:
    """Return a mark of what is told of each instrument; another where anything of it has changed."""
    rows = Instrument.objects.filter(sharing_mode=SharingMode.EXTERNAL).order_by()
    told = rows.values_list("pk", *_TOLD)
    known = {row[0]: hashlib.sha256(repr(row).encode()).hexdigest()[:16] for row in told}
    return {pk: known.get(pk, "") for pk in index.attributes.pks}
