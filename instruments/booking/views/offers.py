"""Views room: free slots as links that fill a form, with what they cost the reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from folding.times import LOCAL
from instruments.booking.errors import FreeTime
from instruments.inventory.models import Instrument
from instruments.terms.queries.rates import category_of, rates_of
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.pricing import price
from members.models import Person


@dataclass(frozen=True)
class Offer:
    """One free slot: its time, the address that fills the form, and its price in yuan where it is known."""

    start: dt.datetime
    end: dt.datetime
    url: str
    price: Decimal | None
    note: str = ""


def span_query(start: dt.datetime, end: dt.datetime) -> dict[str, str]:
    """Return the parameters of an address that chooses a time, on the local clock."""
    return {"start": start.astimezone(LOCAL).isoformat(), "end": end.astimezone(LOCAL).isoformat()}


def offers(
    instrument: Instrument, person: Person | None, slots: Iterable[FreeTime], *, form: str = ""
) -> list[Offer]:
    """Turn free slots of one instrument into offers for one reader; one query for all prices.

    `form` is the page whose form the slot fills in, with its fragment; without it the instrument's own.
    """
    found = list(slots)
    if not found:
        return []
    rates = [] if person is None else rates_of(instrument, category_of(person, instrument))

    def cost(slot: FreeTime) -> Decimal | None:
        day = local_day(slot.start)
        rate = next((rate for valid_from, rate in rates if valid_from <= day), None)
        return None if rate is None else price(rate, slot.start, slot.end)

    page = form or f"{reverse('instruments:instrument', args=[instrument.code])}#book"
    address, _hash, fragment = page.partition("#")
    return [
        Offer(
            slot.start,
            slot.end,
            f"{address}?{urlencode(span_query(slot.start, slot.end))}#{fragment}",
            cost(slot),
        )
        for slot in found
    ]
