"""Queries room: which instruments answer a question in the wanted time: ranked, with slots, prices and distances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q

from instruments.booking.rules.free_slots import FreeSlot
from instruments.catalogue.queries.catalogue import Card, cards_of, rows_of
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.ranking import Ranked
from instruments.catalogue.queries.selection import Reader, Selection
from instruments.catalogue.rules.distance import kilometres
from instruments.catalogue.rules.questions import Question, Technique
from instruments.inventory.models import Instrument
from instruments.inventory.rules.class_codes import subtree_prefix

MOST, SLOTS = 12, 3
MOST_WAITED_FOR = 1000


@dataclass(frozen=True)
class Offer:
    """One instrument with its next slots, each with its price where there is one, and how far away it is."""

    card: Card
    slots: Sequence[tuple[FreeSlot, Decimal | None]]
    kilometres: int | None


@dataclass(frozen=True)
class Way:
    """One technique of a question, and how many instruments that work by it are free as wished."""

    technique: Technique
    free: int


@dataclass(frozen=True)
class Answer:
    """How many instruments are free as wished, the first of them, and the questions that the words may mean.

    Where no instrument is called so, `proposed` is the technique, the likeliest question's first, whose ones are shown.
    """

    total: int
    offers: Sequence[Offer]
    questions: Sequence[tuple[Question, Sequence[Way]]]
    proposed: Technique | None


def find(
    filters: CatalogueFilters,
    person: Reader,
    now: dt.datetime,
    technique: Technique | None = None,
    questions: Sequence[Question] = (),
) -> Answer:
    """Answer in at most nine queries. A technique narrows to the instruments that work by it."""
    ways = [technique] if technique else [way for question in questions for way in question.techniques]
    serving = _serving(ways)
    selection = Selection(filters, person, now, serving[technique.code] if technique else None)
    whole = selection.fitting("q") if questions else 0
    counted = [
        (
            question,
            [
                Way(way, (selection.attributes.places(serving[way.code]) & whole).bit_count())
                for way in question.techniques
            ],
        )
        for question in questions
    ]
    found, proposed = Ranked(selection), None
    if questions and not found:
        proposed = questions[0].techniques[0]
        selection = Selection(replace(filters, q=""), person, now, serving[proposed.code])
        found = Ranked(selection)
    cards = cards_of(rows_of(found[:MOST]), selection, SLOTS)
    here = selection.seats.get(filters.near)
    return Answer(len(found), [_offer(card, here) for card in cards], counted, proposed)


def instruments_of(
    filters: CatalogueFilters, person: Reader, now: dt.datetime, technique: Technique | None
) -> list[Instrument]:
    """Return the instruments that answer, free or not, with unit and policy, by code; at most three queries."""
    serving = _serving([technique]) if technique else {}
    selection = Selection(filters, person, now, serving[technique.code] if technique else None)
    rows = Instrument.objects.filter(pk__in=selection.keys(selection.fitting()))
    return list(rows.select_related("unit__policy", "policy").order_by("code")[:MOST_WAITED_FOR])


def _serving(ways: Sequence[Technique]) -> Mapping[str, set[int]]:
    """Return the keys of the public instruments that work by each technique; one query, none without techniques."""
    if not ways:
        return {}
    condition = Q()
    for way in ways:
        for code in way.class_codes:
            condition |= Q(instrument_class__code__startswith=subtree_prefix(code))
    rows = Instrument.objects.public().filter(condition).order_by()
    known = list(rows.values_list("pk", "instrument_class__code", "name_zh"))
    return {way.code: {pk for pk, code, name in known if way.fits(code, name)} for way in ways}


def _offer(card: Card, here: tuple[Decimal, Decimal] | None) -> Offer:
    instrument = card.instrument
    slots = card.outlook.slots if card.is_bookable else ()
    priced = [(slot, card.price_for(slot)) for slot in slots]
    place = (instrument.longitude, instrument.latitude)
    if place[0] is None or place[1] is None:
        place = (instrument.region.seat_lon, instrument.region.seat_lat)
    return Offer(card, priced, None if here is None else kilometres(here, place))  # type: ignore[arg-type]
