"""Queries room: find instruments by words, Chinese and English, on both databases."""

from __future__ import annotations

from django.db import connections
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex

from instruments.inventory.models import Instrument
from instruments.inventory.rules.grams import query_grams, query_words


def matching(instruments: QuerySet[Instrument], query: str) -> QuerySet[Instrument]:
    """Keep the instruments in whose text every word of the query occurs; an empty query keeps all.

    The grams narrow by index; each word is then looked for in the text itself, so a hit is always a real one.
    """
    words = query_words(query)
    grams = sorted({gram for word in words for gram in query_grams(word)})
    if grams:
        instruments = instruments.filter(pk__in=_holding(grams, instruments.db))
    for word in words:
        instruments = instruments.filter(search_text__contains=word)
    return instruments


def with_relevance(instruments: QuerySet[Instrument], query: str) -> QuerySet[Instrument]:
    """Annotate `relevance`: 0 the code itself, 1 a code so beginning, 2 the name, 3 model or class, 4 elsewhere."""
    words = query_words(query)
    if not words:
        return instruments.annotate(relevance=Value(4, output_field=IntegerField()))
    in_name, in_head = Q(), Q()
    for number, word in enumerate(words):
        in_name &= Q(name_zh__icontains=word) | Q(name_en__icontains=word)
        at = f"_at_{number}"
        instruments = instruments.alias(**{at: StrIndex("search_text", Value(word))})
        in_head &= Q(**{f"{at}__gt": 0, f"{at}__lt": StrIndex("search_text", Value("\n\n"))})
    whole = " ".join(words).upper()
    return instruments.annotate(
        relevance=Case(
            When(code=whole, then=0),
            When(code__startswith=whole, then=1),
            When(in_name, then=2),
            When(in_head, then=3),
            default=4,
            output_field=IntegerField(),
        )
    )


def _holding(grams: list[str], using: str) -> RawSQL:
    """Return the subquery for the rows that hold every gram, by the index of the engine."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT id FROM instruments_instrument WHERE gram_list @> %s::text[]", (grams,))
    # Quoted, a gram is never read as an operator; grams hold letters and digits only.
    match = " ".join(f'"{gram}"' for gram in grams)
    return RawSQL("SELECT rowid FROM catalogue_fts WHERE catalogue_fts MATCH %s", (match,))
