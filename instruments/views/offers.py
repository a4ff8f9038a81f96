"""Views room: free slots as links that fill the booking form, with what they cost the reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from instruments.errors import Offer as FreeTime
from instruments.models import Instrument
from instruments.queries.rates import category_of, price_list
from instruments.rules.hours import local_day
from instruments.rules.pricing import price
from members.models import Person


@dataclass(frozen=True)
class Offer:
    """One free slot: its time, the address that fills the form, and its price in yuan where it is known."""

    start: dt.datetime
    end: dt.datetime
    url: str
    price: Decimal | None
    note: str = ""


def offers(instrument: Instrument, person: Person | None, slots: Iterable[FreeTime]) -> list[Offer]:
    """Turn free slots of one instrument into offers for one reader; one query for all prices."""
    found = list(slots)
    if not found:
        return []
    rate = None
    if person is not None:
        rate = price_list(instrument, local_day(found[0].start)).get(category_of(person, instrument))
    address = reverse("instruments:instrument", args=[instrument.code])
    return [
        Offer(
            slot.start,
            slot.end,
            f"{address}?{urlencode({'start': slot.start.isoformat(), 'end': slot.end.isoformat()})}#book",
            None if rate is None else price(rate, slot.start, slot.end),
        )
        for slot in found
    ]
