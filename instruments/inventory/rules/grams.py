"""Rules room: how text is folded and cut for the catalogue's search, the same on both databases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_PREFIX = 16
LONGEST_QUERY = 100
MOST_WORDS = 8

_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_WORD_RUN = re.compile(f"[^\\W_{_CJK}]+")
_PARTS = re.compile(r"\d+|[^\d]+")
_BLANKS = re.compile(r"\s+")


def fold(text: str) -> str:
    """Fold widths, forms and case (NFKC, then case-fold), and turn every run of blanks into one blank."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def grams_of(text: str) -> set[str]:
    """Return what a text is found by.

    Chinese gives its single characters and pairs of neighbours; other words give every beginning of
    themselves and of their parts where letters and digits meet (`d8advance`: `d`, `d8`, …, `a`, `ad`, …),
    up to LONGEST_PREFIX characters.
    """
    folded = fold(text)
    grams: set[str] = set()
    for run in _CJK_RUN.findall(folded):
        grams.update(run)
        grams.update(run[at : at + 2] for at in range(len(run) - 1))
    for word in _WORD_RUN.findall(folded):
        for part in _PARTS.finditer(word):
            tail = word[part.start() : part.start() + LONGEST_PREFIX]
            grams.update(tail[:length] for length in range(1, len(tail) + 1))
    return grams


def index_text(sections: Iterable[str]) -> str:
    """Return the grams of several texts, each once, sorted, parted by one blank."""
    grams: set[str] = set()
    for section in sections:
        grams |= grams_of(section)
    return " ".join(sorted(grams))


def query_words(query: str) -> list[str]:
    """Cut what a person typed into folded words, each once; all of them must be found.

    Only the first LONGEST_QUERY characters and MOST_WORDS words count, so that no query is dear.
    """
    words = fold(query[:LONGEST_QUERY]).split(" ")
    return list(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def query_grams(word: str) -> list[str]:
    """Return the grams that a text containing this folded word must have; none where only signs were typed.

    A single Chinese character gives none either: so common a gram narrows nothing, a plain look does better.
    """
    if len(word) == 1 and _CJK_RUN.fullmatch(word):
        return []
    grams: dict[str, None] = {}
    for run in _CJK_RUN.findall(word):
        pairs = [run[at : at + 2] for at in range(len(run) - 1)]
        grams |= dict.fromkeys(pairs or [run])
    for run in _WORD_RUN.findall(word):
        grams[run[:LONGEST_PREFIX]] = None
    return list(grams)
