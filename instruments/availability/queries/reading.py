"""Queries room: what the index of free time knows of instruments, as the database says it now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from instruments.booking.enums import TIMED_STATES
from instruments.booking.models import Booking
from instruments.booking.rules.requests import is_overdue
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument, InstrumentField
from instruments.terms.models import Rate
from instruments.terms.queries.policy import (
    APPROVAL_COLUMNS,
    BOOKERS_COLUMNS,
    TERMS_COLUMNS,
    approval_in,
    bookers_in,
    terms_in,
)
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.intervals import Interval
from members.enums import UnitState

Approval = tuple[bool, bool, int | None]
"""Whether bookings wait for approval, only those of outsiders, only those over so many hours."""
_COLUMNS = (
    "pk",
    "code",
    "unit_id",
    "unit__code",
    "region__code",
    "instrument_class__code",
    "sharing_mode",
    "state",
    "unit__state",
    "original_value",
    "station_count",
    *APPROVAL_COLUMNS,
    *BOOKERS_COLUMNS,
    *TERMS_COLUMNS,
)


@dataclass(frozen=True)
class Facts:
    """What an instrument is found by; whether it takes bookings at all, whose (`bookers`), and by which terms."""

    pk: int
    code: str
    unit_pk: int
    unit: str
    region: str
    instrument_class: str
    mode: str
    state: str
    unit_state: str
    value: Decimal
    stations: int
    approval: Approval
    bookers: tuple[str, str]
    terms: BookingTerms

    @property
    def is_public(self) -> bool:
        """Whether it stands in the catalogue."""
        return self.mode != SharingMode.NOT_SHARED and self.state != InstrumentState.RETIRED

    @property
    def is_open(self) -> bool:
        """Whether it takes bookings."""
        return self.state == InstrumentState.IN_SERVICE and self.unit_state == UnitState.ACTIVE


@dataclass(frozen=True)
class Held:
    """Time of one station that is held; a request or an offer holds it until `expires_at`."""

    instrument: int
    station: int
    start: dt.datetime
    end: dt.datetime
    expires_at: dt.datetime | None


def facts_of(pks: Collection[int] | None = None) -> Iterator[Facts]:
    """Read instruments (None: all), in the order of their codes; one query."""
    rows: QuerySet[Instrument] = Instrument.objects.order_by("code")
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    # A dataclass of three hundred equal terms is one object.
    known: dict[tuple[Any, ...], BookingTerms] = {}
    count, told, who = len(TERMS_COLUMNS), len(APPROVAL_COLUMNS), len(BOOKERS_COLUMNS)
    for row in rows.values_list(*_COLUMNS).iterator(chunk_size=5000):
        limits, rest = row[-count:], row[:-count]
        if limits not in known:
            known[limits] = terms_in(limits)
        known_by = (
            *rest[: -told - who],
            approval_in(rest[-told - who : -who]),
            bookers_in(rest[-who:]),
            known[limits],
        )
        yield Facts(*known_by)


def fields_of(pks: Collection[int] | None = None) -> Mapping[int, list[str]]:
    """Return the codes of the application fields by instrument (None: all); one query."""
    rows = InstrumentField.objects.order_by()
    if pks is not None:
        rows = rows.filter(instrument__in=pks)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for pk, code in rows.values_list("instrument_id", "field__code"):
        found[pk].append(code)
    return found


def prices_of(day: dt.date, pks: Collection[int] | None = None) -> Mapping[int, Mapping[str, Decimal]]:
    """Return yuan per hour by instrument (None: all) and user category on a local day; one query."""
    rows = Rate.objects.filter(valid_from__lte=day).order_by("valid_from")
    if pks is not None:
        rows = rows.filter(instrument__in=pks)
    found: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for pk, category, yuan in rows.values_list("instrument_id", "category", "yuan_per_hour"):
        found[pk][category] = yuan
    return found


def held_in(window: Interval, now: dt.datetime, pks: Collection[int] | None = None) -> Iterator[Held]:
    """Read what is held inside the window (None: of all instruments); one query."""
    rows = Booking.objects.in_holding_state().overlapping(window.start, window.end).order_by()
    if pks is not None:
        rows = rows.filter(instrument__in=pks)
    columns = ("instrument_id", "station", "start", "end", "state", "expires_at")
    for pk, station, start, end, state, expires_at in rows.values_list(*columns).iterator(chunk_size=5000):
        if not is_overdue(state, expires_at, now):
            yield Held(pk, station, start, end, expires_at if state in TIMED_STATES else None)
