"""Rules room: which of the shipped questions somebody means who types a few words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from folding.words import LONGEST_QUERY, is_han, words_of
from instruments.catalogue.rules.questions import Question, questions, spoken

MOST = 8
FAR_BEHIND = 3
"""What scores less than a third of the best is left out: it shares a word by chance."""
SHORTEST_BEGINNING = 3
_OWN, _ASKED, _TECHNIQUE = 3, 2, 1


def matching_questions(words: str, language: str, most: int = MOST) -> list[Question]:
    """Return the questions that share the most telling words with what was typed, best first; none for no word.

    Rare words tell more than common ones, a question's own words more than the names of its techniques. Chinese is
    compared by pairs of characters, so that blanks between words are not needed; other words by their beginnings.
    """
    asked = Counter(_terms(words[:LONGEST_QUERY]))
    scores: defaultdict[str, float] = defaultdict(float)
    index = _index()
    for term in asked:
        for code, weight in _holders(term, index).items():
            scores[code] += weight
    known = questions(language)
    ranked = sorted(scores, key=lambda code: -scores[code])
    return [known[code] for code in ranked[:most] if scores[code] * FAR_BEHIND >= scores[ranked[0]]]


def _holders(term: str, index: Mapping[str, Mapping[str, int]]) -> Mapping[str, float]:
    """Return how much a term tells for each question: its weight there, by how rare it is."""
    holders: Counter[str] = Counter()
    whole = is_han(term) or len(term) < SHORTEST_BEGINNING
    spellings = [term] if whole else [known for known in index if known.startswith(term)]
    for spelling in spellings:
        for code, weight in index.get(spelling, {}).items():
            holders[code] = max(holders[code], weight)
    rarity = math.log(1 + len(spoken()) / len(holders)) if holders else 0
    return {code: weight * rarity for code, weight in holders.items()}


@cache
def _index() -> Mapping[str, Mapping[str, int]]:
    index: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in spoken():
        texts: Sequence[tuple[str, int]] = (
            (row.techniques, _TECHNIQUE), (row.asked, _ASKED), (row.words, _OWN)
        )  # fmt: skip
        for text, weight in texts:
            for term in _terms(text, singles=True):
                index[term][row.code] = weight
    return index


def _terms(text: str, *, singles: bool = False) -> Iterator[str]:
    """Yield the pairs of characters of Chinese words, and other words without the s of the plural.

    A word of one character is itself; with `singles` every character is, so that it is found within others.
    """
    for word in words_of(text).split():
        if not is_han(word):
            yield word.removesuffix("s") if len(word) > 3 else word
            continue
        if singles or len(word) == 1:
            yield from word
        yield from (word[at : at + 2] for at in range(len(word) - 1))
