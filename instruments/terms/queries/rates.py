"""Queries room: prices per hour and what a booking would cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import CharField, DateField, IntegerField, QuerySet

from changes.remembered import Given, Remembered
from instruments.inventory.models import Instrument
from instruments.terms.models import Rate
from instruments.terms.rules.hours import is_convertible, local_day
from instruments.terms.rules.pricing import price
from members.models import Person
from members.rules.categories import user_category


@dataclass(frozen=True)
class Quote:
    """What a person would pay: category, yuan per hour, yuan in all; both None where no rate is set."""

    category: str
    yuan_per_hour: Decimal | None
    price: Decimal | None


def rate_for(instrument: Instrument, category: str, day: dt.date) -> Decimal | None:
    """Return the yuan per hour for a user category on a local day, or None where none is set by then."""
    return _RATE.first(instrument=instrument.pk, category=category, day=day)


def _latest() -> QuerySet[Rate, Decimal]:
    rows = Rate.objects.filter(
        instrument=Given("instrument", IntegerField()),
        category=Given("category", CharField()),
        valid_from__lte=Given("day", DateField()),
    )
    return rows.order_by("-valid_from").values_list("yuan_per_hour", flat=True)[:1]


_RATE = Remembered(_latest)


def rates_of(instrument: Instrument, category: str) -> list[tuple[dt.date, Decimal]]:
    """Return all yuan per hour of a category with the day from which each holds, the latest first."""
    rows = Rate.objects.filter(instrument=instrument, category=category).order_by("-valid_from")
    return list(rows.values_list("valid_from", "yuan_per_hour"))


def price_list(instrument: Instrument, day: dt.date) -> dict[str, Decimal]:
    """Return the yuan per hour of every user category that has a rate on a local day."""
    rows = (
        Rate.objects.filter(instrument=instrument, valid_from__lte=day)
        .order_by("valid_from")
        .values_list("category", "yuan_per_hour")
    )
    return dict(rows)


def category_of(person: Person, instrument: Instrument) -> str:
    """Return the price category of a person at an instrument."""
    return user_category(person.affiliation, person.home_unit_id, instrument.unit_id)


def quotes(
    instrument: Instrument, person: Person, wishes: Sequence[tuple[dt.datetime, dt.datetime]]
) -> list[Quote]:
    """Return what each [start, end) costs this person, by the rate of the local day on which it starts; one query.

    An end that is not after its start costs nothing that is known.
    """
    category = category_of(person, instrument)
    days = {start: local_day(start) for start, _end in wishes if is_convertible(start)}
    if len(days) > 1:
        dated = rates_of(instrument, category)
        rates = {
            start: next((rate for since, rate in dated if since <= day), None) for start, day in days.items()
        }
    else:
        rates = {start: rate_for(instrument, category, day) for start, day in days.items()}
    found = []
    for start, end in wishes:
        rate = rates.get(start)
        found.append(Quote(category, rate, None if rate is None or end <= start else price(rate, start, end)))
    return found
