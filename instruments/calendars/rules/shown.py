"""Rules room: what calendars show of a booking."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class Shown(NamedTuple):
    """A booking as calendars show it, with what they say of its person and instrument: one row of one query.

    A unit has thousands; as objects with their person, instrument and unit they take eight times as long to read.
    """

    pk: UUID
    version: int
    kind: str
    state: str
    start: dt.datetime
    end: dt.datetime
    booked_end: dt.datetime
    requested_at: dt.datetime
    expires_at: dt.datetime | None
    changed_at: dt.datetime
    station: int
    purpose: str
    price: Decimal
    reason: str
    person_id: int
    person_name: str
    code: str
    name_zh: str
    name_en: str
    address: str
    station_count: int
    unit_name_zh: str
    unit_name_en: str

    @property
    def names(self) -> tuple[object, ...]:
        """What it says of its person and instrument: they may change while the booking does not."""
        return self[Shown._fields.index("person_id") :]
