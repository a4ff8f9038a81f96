"""Queries room: find people and units by words of their names, by sound as well, whatever the way they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

from folding.characters import bare
from folding.readings import sounds_like
from folding.words import folded

Row = TypeVar("Row", bound=Model)
MOST_WORDS = 5


def holding_words(
    rows: QuerySet[Row], query: str, among: Sequence[str], *, whole: Sequence[str] = ()
) -> QuerySet[Row]:
    """Keep the rows in whose texts `among` every word of a query occurs, or that sound so; `whole` must be all of it.

    Without a query all are kept. One query more where there is one; meant for lists of hundreds.
    """
    words = [word for word in map(bare, folded(query).split()) if word][:MOST_WORDS]
    if not words:
        return rows
    names = [*among, *whole]
    kept = []
    for pk, *texts in rows.order_by().values_list("pk", *names):
        told = [folded(text or "") for text in texts]
        parts, alls = told[: len(among)], told[len(among) :]
        if all(_stands_in(word, parts) or word in alls for word in words):
            kept.append(pk)
    return rows.filter(pk__in=kept)


def _stands_in(word: str, texts: Sequence[str]) -> bool:
    return any(word in text for text in texts) or any(sounds_like(word, text) for text in texts)
