"""Views room: free slots as links that fill a form, with what they cost the reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from folding.times import LOCAL
from instruments.booking.actions.requests import SAID
from instruments.booking.errors import FreeTime
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import UNUSED_STATES
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import policy_of, terms_of
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


def wait_address(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> str:
    """Return where a person can put themselves in line for a time."""
    return f"{reverse('instruments:wait', args=[instrument.code])}?{urlencode(span_query(start, end))}"


def span_query(start: dt.datetime, end: dt.datetime) -> dict[str, str]:
    """Return the parameters of an address that chooses a time, on the local clock."""
    return {"start": start.astimezone(LOCAL).isoformat(), "end": end.astimezone(LOCAL).isoformat()}


def again(booking: Booking, now: dt.datetime) -> str:
    """Return the address of the form filled in as a booking of this person was, in the next week it can be asked for.

    Same weekday and clock, purpose and kind of purpose; what stands there already is told by the form. What came to
    nothing can be asked for at its own time, while there is any.
    """
    terms, week = terms_of(policy_of(booking.instrument)), dt.timedelta(days=7)
    start, end = booking.start, booking.booked_end
    weeks = max(booking.state not in UNUSED_STATES, -((start - terms.earliest_start(now)) // week))
    chosen = span_query(start + weeks * week, end + weeks * week)
    # Whatever station is free will do.
    said = {name: getattr(booking, name) for name in SAID}
    page = reverse("instruments:instrument", args=[booking.instrument.code])
    return f"{page}?{urlencode(chosen | said)}#book"


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
