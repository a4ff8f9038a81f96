"""Rules room: how text is cut for the catalogue's index, the same on both databases."""

from __future__ import annotations

from collections.abc import Iterable

from folding.readings import LEAST_INITIALS
from folding.words import Word, is_han, words_of

LONGEST_PREFIX = 10


def grams_of(words: str) -> set[str]:
    """Return what folded words are found by.

    Chinese gives its single characters and pairs of neighbours; other words give every beginning of themselves, up
    to LONGEST_PREFIX characters (`advance`: `a`, `ad`, …).
    """
    grams: set[str] = set()
    for word in words.split():
        if is_han(word):
            grams.update(word)
            grams.update(word[at : at + 2] for at in range(len(word) - 1))
        else:
            grams.update(word[:length] for length in range(1, min(len(word), LONGEST_PREFIX) + 1))
    return grams


def index_text(sections: Iterable[str], readings: Iterable[str] = ()) -> str:
    """Return the grams of several texts, and the longer beginnings of readings, each once, parted by one blank."""
    grams: set[str] = set()
    for section in sections:
        grams |= grams_of(words_of(section))
    for reading in readings:
        grams.update(
            reading[:length] for length in range(LEAST_INITIALS, min(len(reading), LONGEST_PREFIX) + 1)
        )
    return " ".join(sorted(grams))


def spelling_grams(spelling: str) -> list[str]:
    """Return the grams that a text with this spelling must have."""
    grams: dict[str, None] = {}
    for word in spelling.split():
        if is_han(word):
            pairs = [word[at : at + 2] for at in range(len(word) - 1)]
            grams |= dict.fromkeys(pairs or [word])
        else:
            grams[word[:LONGEST_PREFIX]] = None
    return list(grams)


def narrowing(words: Iterable[Word]) -> list[list[list[str]]]:
    """Return what the index is asked for: of each word that narrows, one of its lists of grams must be there whole."""
    asked = [[spelling_grams(spelling) for spelling in word.spellings] for word in words]
    return [lists for lists in asked if all(lists)]
