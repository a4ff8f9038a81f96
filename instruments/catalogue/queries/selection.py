"""Queries room: what fits the choices of the catalogue, as sets over the index of free time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from instruments.availability.queries.attributes import OPEN, Attributes
from instruments.availability.queries.free_times import (
    FreeTimes,
    coming_days,
    free_times,
    is_covered,
    span_of_days,
)
from instruments.availability.queries.keeping import Kept, current
from instruments.availability.queries.reading import Approval
from instruments.availability.rules.bits import positions, sum_of
from instruments.availability.rules.presets import preset_span
from instruments.booking.queries.availability import instruments_free_on
from instruments.booking.rules.wishes import Span, Wish
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.rules.distance import Place, kilometres
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import stewarded_by
from instruments.inventory.queries.search import matching, with_relevance
from instruments.inventory.rules.class_codes import subtree_prefix
from instruments.terms.rules.booking_policy import USUAL_MINUTES
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.use_limits import approval_asked
from members.enums import UserCategory
from members.models import Person, Region
from members.rules.categories import user_category

Reader = Person | AnonymousUser
CLASS_DIGITS = 4
"""Classes are counted by their second level: the first four digits."""


class Selection:
    """What of the public catalogue fits, for a reader (None: whoever asks); one query for words, one for values.

    `only` narrows to keys that somebody else has found.

    Each choice is a set of its own, so that every facet can be counted without its own choice.
    """

    def __init__(
        self,
        filters: CatalogueFilters,
        reader: Reader | None,
        now: dt.datetime,
        only: Iterable[int] | None = None,
    ) -> None:
        self.filters, self.reader, self.now, self._only = filters, reader, now, only
        self.relevance: Mapping[int, int] = {}

    @cached_property
    def kept(self) -> Kept:
        """The index as it is now."""
        return current(self.now)

    @property
    def attributes(self) -> Attributes:
        """What instruments are found by."""
        return self.kept.index.attributes

    @cached_property
    def chosen(self) -> dict[str, int]:
        """Each choice, by its parameter, with the set of what fits it alone."""
        return dict(self._choices())

    def fitting(self, *ignoring: str) -> int:
        """Return the set of what fits all choices but those named."""
        found = self.attributes.public
        for name, bits in self.chosen.items():
            if name not in ignoring:
                found &= bits
        return found

    @property
    def unit(self) -> int | None:
        """The reader's own unit."""
        return home_unit(self.reader)

    @cached_property
    def mine(self) -> int:
        """Those of the reader's own unit."""
        return 0 if self.unit is None else self.attributes.of("of_unit", self.unit)

    @cached_property
    def may_book(self) -> int:
        """Those that the reader may book at present; for whoever asks those that take bookings at all."""
        if self.reader is None:
            return self.attributes.public & self.attributes.of("is", OPEN)
        if not isinstance(self.reader, Person):
            return self.attributes.bookable(None)
        outside = user_category(self.reader.affiliation, None, 0)
        mine = self.attributes.bookable(self.unit, outside, self.reader.email)
        shared = self.attributes.bookable(self.unit)
        # Who may book does not bind stewards; whose they are is asked only where it makes a difference.
        return mine if mine == shared else mine | shared & self.attributes.places(stewarded_by(self.reader))

    @property
    def has_times(self) -> bool:
        """Whether any time is chosen."""
        return bool(self.filters.window or self.filters.free or self.filters.days)

    @cached_property
    def coming(self) -> FreeTimes:
        """When what is wished may begin in the coming two weeks, whatever times are chosen."""
        return self._times(span_of_days(coming_days(self.now)))

    @cached_property
    def wish(self) -> Wish:
        """The free time that is asked for: a window, else times meant by words, else days, else two weeks."""
        filters = self.filters
        if filters.window is not None:
            # Between two given moments every hour is meant; without a length the shortest booking counts.
            return Wish((Span(*filters.window, whole=True),), filters.minutes or 1, any_hour=True)
        if filters.free:
            spans = tuple(self._preset(code) for code in filters.free)
        else:
            spans = span_of_days(filters.days or coming_days(self.now))
        return Wish(spans, filters.minutes, filters.any_hour)

    @cached_property
    def times(self) -> FreeTimes:
        """When a booking as wished may begin; a window beyond what the index holds gives the coming two weeks."""
        window = self.filters.window
        if window is not None and not is_covered(*window, self.now):
            return self.coming
        return free_times(self.kept, self.wish, self.now)

    def keys(self, bits: int) -> list[int]:
        """Return the keys of a set."""
        return [self.attributes.pks[place] for place in positions(bits)]

    def free_at(self, preset: str) -> int:
        """Return those that are free at a time meant by a word."""
        return self._times((self._preset(preset),)).any & self.may_book

    @cached_property
    def prices(self) -> list[tuple[Decimal, int]]:
        """Each yuan per hour that somebody of this kind pays, ascending, with those that cost it.

        The reader's own price; for visitors that of enterprises. What the reader cannot book has no price.
        """
        attributes = self.attributes
        ours, theirs = (
            attributes.values(f"price {category_at(self.reader, unit) or UserCategory.ENTERPRISE}")
            for unit in (self.unit or 0, 0)
        )
        shut = attributes.of("mode", SharingMode.INTERNAL.value) & ~self.mine
        found = {yuan: bits & self.mine for yuan, bits in ours.items()}
        for yuan, bits in theirs.items():
            found[yuan] = found.get(yuan, 0) | (bits & ~self.mine & ~shut)
        return sorted((yuan, bits) for yuan, bits in found.items() if isinstance(yuan, Decimal) and bits)

    @cached_property
    def seats(self) -> dict[str, Place]:
        """Where the seat of each region lies, by its code; one query, none where no distance is asked for."""
        if not self.filters.near:
            return {}
        rows = Region.objects.values_list("code", "seat_lon", "seat_lat")
        return {code: (lon, lat) for code, lon, lat in rows}

    @property
    def regions(self) -> list[tuple[int, int]]:
        """How many kilometres the seat of each region is away from the chosen one, ascending, with those there."""
        here = self.seats.get(self.filters.near)
        if here is None:
            return []
        return sorted(
            (kilometres(here, seat), self.attributes.of("region", code)) for code, seat in self.seats.items()
        )

    @cached_property
    def at_once(self) -> int:
        """Those that confirm a booking of this reader without approval; of the usual length where none is wished."""
        length = dt.timedelta(minutes=self.filters.minutes or USUAL_MINUTES)
        found = 0
        for approval, bits in self.attributes.values("approval").items():
            required, outsiders_only, over_hours = cast("Approval", approval)
            for whose, outsider in ((self.mine, False), (~self.mine, True)):
                if not approval_asked(
                    required=required,
                    outsiders_only=outsiders_only,
                    over_hours=over_hours,
                    outsider=outsider,
                    length=length,
                ):
                    found |= bits & whose
        return found

    def up_to(self, yuan: Decimal) -> int:
        """Return those that cost the reader at most so much an hour."""
        return sum_of(bits for price, bits in self.prices if price <= yuan)

    def below(self, kind: str, codes: Iterable[str]) -> int:
        """Return those whose class lies below one of the codes."""
        prefixes = tuple(subtree_prefix(code) for code in codes)
        known = self.attributes.values(kind).items()
        return sum_of(bits for code, bits in known if str(code).startswith(prefixes))

    def _choices(self) -> Iterable[tuple[str, int]]:
        filters, of = self.filters, self.attributes.of
        if self._only is not None:
            yield "only", self.attributes.places(self._only)
        if filters.q:
            rows = with_relevance(matching(Instrument.objects.public(), filters.q), filters.q)
            self.relevance = {row.pk: row.relevance for row in rows.order_by().only("pk")}  # type: ignore[attr-defined]
            yield "q", self.attributes.places(self.relevance)
        if filters.classes:
            yield "instrument_class", self.below("class", filters.classes)
        for name, kind, values in (
            ("field", "field", filters.fields),
            ("unit", "unit", filters.units),
            ("region", "region", filters.regions),
            ("sharing_mode", "mode", filters.modes),
            ("state", "state", filters.states),
            ("value_band", "band", filters.bands),
        ):
            if values:
                yield name, of(kind, *values)
        if filters.min_value is not None or filters.max_value is not None:
            yield "value", self._valued()
        if filters.max_price is not None:
            yield "max_price", self.up_to(filters.max_price)
        if filters.at_once:
            yield "at_once", self.at_once
        if filters.window is not None:
            yield "window", self._free_in(filters.window)
        if filters.free:
            yield "free", sum_of(self.free_at(code) for code in filters.free)
        if filters.days:
            yield "day", self._times(span_of_days(filters.days)).any & self.may_book

    def _times(self, spans: tuple[Span, ...]) -> FreeTimes:
        return free_times(self.kept, Wish(spans, self.filters.minutes, self.filters.any_hour), self.now)

    def _free_in(self, window: tuple[dt.datetime, dt.datetime]) -> int:
        if is_covered(*window, self.now):
            return self.times.any & self.may_book
        # Beyond what the index holds the database is asked.
        return self.attributes.places(instruments_free_on(*window, self.filters.minutes)) & self.may_book

    def _preset(self, code: str) -> Span:
        return preset_span(code, local_day(self.now))

    def _valued(self) -> int:
        low, high = self.filters.min_value, self.filters.max_value
        condition = Q() if low is None else Q(original_value__gte=low)
        if high is not None:
            condition &= Q(original_value__lte=high)
        return self.attributes.places(Instrument.objects.filter(condition).values_list("pk", flat=True))


def home_unit(person: Reader | None) -> int | None:
    """Return the key of the reader's own unit, None for a visitor and for people of no member unit."""
    return person.home_unit_id if isinstance(person, Person) else None


def category_at(person: Reader | None, unit_pk: int) -> str | None:
    """Return the price category of a reader at the instruments of a unit, None for a visitor."""
    if not isinstance(person, Person):
        return None
    return user_category(person.affiliation, person.home_unit_id, unit_pk)
