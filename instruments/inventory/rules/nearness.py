"""Rules room: which words of a vocabulary are nearest to words that found nothing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from folding.words import is_han, query_words, words_of

MOST_PARTS, MOST_NEAR = 9, 6
_LEAST_LIKENESS = 0.5
_SAYING_LITTLE = frozenset("的里和与及在了之是中")


def parts_of(query: str) -> list[str]:
    """Return the parts of a query, longest first: its words where it has several, pieces of its Chinese."""
    words = [word.spellings[0] for word in query_words(query)]
    parts: dict[str, None] = dict.fromkeys(words) if len(words) > 1 else {}
    for word in words:
        runs = word.split()
        parts |= dict.fromkeys(run for run in runs if len(runs) > 1 and len(run) > 1)
        for run in filter(is_han, runs):
            for length in range(len(run) - 1, 1, -1):
                parts |= dict.fromkeys(run[at : at + length] for at in range(len(run) - length + 1))
    telling = [part for part in parts if not _SAYING_LITTLE & set(part)]
    # The shortest are the likeliest words; of those the longer go before.
    return sorted(sorted(telling, key=len)[:MOST_PARTS], key=len, reverse=True)


def nearest(query: str, vocabulary: Iterable[str]) -> list[str]:
    """Return the words most like a query, best first; none where nothing is shared.

    Chinese is compared by pairs and characters, pairs count twice; other words by their letters in order.
    """
    wanted = words_of(query)
    scored = [(_likeness(wanted, words_of(word)), word) for word in dict.fromkeys(vocabulary)]
    scored.sort(key=lambda pair: (-pair[0], len(pair[1]), pair[1]))
    return [word for likeness, word in scored[:MOST_NEAR] if likeness > 0]


def _likeness(wanted: str, word: str) -> float:
    """Return 0 to 1: twice what is shared by what both have."""
    han = _pieces(wanted) & _pieces(word)
    if han:
        both = sum(map(len, _pieces(wanted))) + sum(map(len, _pieces(word)))
        return 2 * sum(map(len, han)) / both
    letters = [one for one in wanted.split() if not is_han(one)]
    others = [one for one in word.split() if not is_han(one) and len(one) > 1]
    best = max(
        (SequenceMatcher(None, one, other).ratio() for one in letters for other in others), default=0.0
    )
    return best / 2 if best >= _LEAST_LIKENESS else 0.0


def _pieces(words: str) -> set[str]:
    pieces: set[str] = set()
    for run in filter(is_han, words.split()):
        pieces.update(run)
        pieces.update(run[at : at + 2] for at in range(len(run) - 1))
    return pieces
