"""Queries room: find instruments by words, Chinese and English, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connections
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex

from folding.characters import line, plain
from folding.words import Word, query_as_name, query_words, whole_query
from instruments.inventory.models import Instrument
from instruments.inventory.rules.grams import narrowing
from instruments.inventory.rules.search_text import (
    HEAD_END,
    NAME_END,
    NAME_MARK,
    as_looked_for,
    as_whole_name,
)

GOES_BY_IT, ELSEWHERE = 2, 5


def matching(instruments: QuerySet[Instrument], query: str) -> QuerySet[Instrument]:
    """Keep the instruments in whose text every word of the query occurs, or all of them written as one.

    The grams narrow by index; each word is then looked for in the text itself, so a hit is always a real one. An empty
    query keeps all, one of nothing but signs keeps none.
    """
    words = query_words(query)
    if not words:
        return instruments.none() if line(query) else instruments
    ways = [words, *([(Word((one,)),)] if (one := whole_query(query)) and len(words) > 1 else [])]
    asked = [narrowing(way) for way in ways]
    if all(asked):
        instruments = instruments.filter(pk__in=_holding(asked, instruments.db))
    condition = Q()
    for way in ways:
        whole = Q()
        for word in way:
            whole &= _any(word, lambda spelling: Q(search_text__contains=as_looked_for(spelling)))
        condition |= whole
    return instruments.filter(condition)


def with_relevance(instruments: QuerySet[Instrument], query: str) -> QuerySet[Instrument]:
    """Annotate `relevance`: how well an instrument fits.

    0 the code itself, 1 a code so beginning, 2 what goes by that name, 3 the name, 4 model, class or sound, 5
    elsewhere. What is no whole code has no digit and no hyphen: LC is no code.
    """
    words = query_words(query)
    if not words:
        return instruments.annotate(relevance=Value(ELSEWHERE, output_field=IntegerField()))
    ends = {
        "_name_end": StrIndex("search_text", Value(NAME_END)),
        "_head_end": StrIndex("search_text", Value(HEAD_END)),
    }
    instruments = instruments.alias(**ends)
    spellings = list(dict.fromkeys(spelling for word in words for spelling in word.spellings))
    places = {spelling: f"_at_{number}" for number, spelling in enumerate(spellings)}
    instruments = instruments.alias(
        **{at: StrIndex("search_text", Value(as_looked_for(spelling))) for spelling, at in places.items()}
    )
    in_name, in_head = Q(), Q()
    for word in words:
        in_name &= _any(
            word, lambda one: Q(**{f"{places[one]}__gt": 0, f"{places[one]}__lt": F("_name_end")})
        )
        in_head &= _any(
            word, lambda one: Q(**{f"{places[one]}__gt": 0, f"{places[one]}__lt": F("_head_end")})
        )
    by_name = Q()
    for name in query_as_name(query):
        by_name |= Q(search_text__contains=as_whole_name(name))
    return instruments.annotate(
        relevance=Case(
            *_by_code(query),
            When(by_name, then=GOES_BY_IT),
            When(in_name, then=3),
            When(in_head, then=4),
            default=ELSEWHERE,
            output_field=IntegerField(),
        )
    )


def indexed_otherwise() -> QuerySet[Instrument]:
    """Return the instruments whose text is not laid out as searches expect it: an earlier release has written it."""
    return Instrument.objects.exclude(search_text__contains=f"{NAME_END}{NAME_MARK}")


def _any(word: Word, condition: Callable[[str], Q]) -> Q:
    any_of = Q()
    for spelling in word.spellings:
        any_of |= condition(spelling)
    return any_of


def _by_code(query: str) -> list[When]:
    whole = plain(query).upper()
    begins = [When(code__startswith=whole, then=1)] if any(mark in whole for mark in "-0123456789") else []
    return [When(code=whole, then=0), *begins]


def _holding(ways: Sequence[Sequence[Sequence[Sequence[str]]]], using: str) -> RawSQL:
    """Return the subquery, by the index of the engine, for the rows that in one of the ways hold every word.

    A way is a list of words, a word a list of spellings, of which one is enough, a spelling a list of grams, of which
    all are needed.
    """
    if connections[using].vendor == "postgresql":
        lists = [grams for way in ways for word in way for grams in word]
        told = _put("gram_list @> %s::text[]", ways, lambda one, _grams: one)
        # The text put in holds placeholders alone.
        return RawSQL(f"SELECT id FROM instruments_instrument WHERE {told}", lists)  # noqa: S608, S611
    # Quoted, a gram is never read as an operator; grams hold letters and digits only.
    match = _put("", ways, lambda _one, grams: " AND ".join(f'"{gram}"' for gram in grams))
    return RawSQL("SELECT rowid FROM catalogue_fts WHERE catalogue_fts MATCH %s", (match,))


def _put(
    one: str, ways: Sequence[Sequence[Sequence[Sequence[str]]]], told: Callable[[str, Sequence[str]], str]
) -> str:
    """Put the conditions together: ways by OR, their words by AND, the spellings of a word by OR."""
    return " OR ".join(
        "("
        + " AND ".join("(" + " OR ".join(f"({told(one, grams)})" for grams in word) + ")" for word in way)
        + ")"
        for way in ways
    )
