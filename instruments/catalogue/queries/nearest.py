"""Queries room: where no instrument holds the words, which words nearby have hits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet, Value

from folding.words import query_words, words_of
from instruments.catalogue.queries.catalogue import listed
from instruments.catalogue.queries.selection import Selection
from instruments.inventory.models import Instrument
from instruments.inventory.queries.search import matching
from instruments.inventory.rules.abbreviations import other_names
from instruments.inventory.rules.nearness import nearest, parts_of

MOST_OFFERED = 5
_MOST_ASKED = 12


@dataclass(frozen=True)
class NearWord:
    """A word that finds something, and how many instruments."""

    word: str
    count: int


def near_words(selection: Selection) -> list[NearWord]:
    """Return the words nearest to those that found nothing, under the same other choices: parts of them first.

    Near is what shares most pairs and characters among names, classes, fields and abbreviations. Three
    queries.
    """
    words = selection.filters.q
    if not query_words(words):
        return []
    rest = Selection(replace(selection.filters, q=""), selection.reader, selection.now)
    rows = Instrument.objects.public().order_by()
    if rest.chosen:
        rows = rows.filter(pk__in=listed(rest.keys(rest.fitting()), rows.db))
    parts = parts_of(words)
    asked = list(dict.fromkeys([*parts, *nearest(words, _vocabulary(rows))]))[:_MOST_ASKED]
    if not asked:
        return []
    hits = [matching(rows, word).values_list(Value(at)) for at, word in enumerate(asked)]
    counts = Counter(at for (at,) in hits[0].union(*hits[1:], all=True))
    found = [NearWord(word, counts[at]) for at, word in enumerate(asked) if counts[at]]
    return [near for near in found if not _is_within(near.word, found, parts)][:MOST_OFFERED]


def _vocabulary(rows: QuerySet[Instrument]) -> Iterable[str]:
    """Return what the instruments are called; two queries."""
    links = "instrument_class__"
    names = ("name_zh", f"{links}code", f"{links}name_zh", f"{links}name_en", f"{links}parent__name_zh")
    words: dict[str, None] = {}
    for name, code, *classes in rows.values_list(*names).distinct():
        words |= dict.fromkeys([name, *classes, *other_names(code, name)])
    for field in rows.values_list("fields__name_zh", "fields__name_en").distinct():
        words |= dict.fromkeys(field)
    return [word for word in words if word]


def _is_within(word: str, found: Iterable[NearWord], parts: Iterable[str]) -> bool:
    """Say whether a part of the query stands inside a longer one that finds something too."""
    return word in parts and any(
        other.word in parts and other.word != word and words_of(word) in words_of(other.word)
        for other in found
    )
