"""How Chinese is typed by its sound: full pinyin and initials, without tones."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from folding.words import HAN, words_of

LEAST_LETTERS, LEAST_INITIALS = 4, 3
"""Shorter ones say too little: two initials fit nearly every name."""
LONGEST_READING = 40
_LEAST_TYPED = 2
_RUN = re.compile(f"[{HAN}]+")


@lru_cache(maxsize=8192)
def readings(
    text: str, least_letters: int = LEAST_LETTERS, least_initials: int = LEAST_INITIALS
) -> tuple[str, ...]:
    """Return the pinyin and the initials of a text's Chinese, from each of its characters to the end of its run.

    扫描电镜 gives saomiaodianjing, miaodianjing, dianjing, jing, and smdj, mdj.
    """
    found: dict[str, None] = {}
    for run in _RUN.findall(words_of(text)):
        syllables = [syllable for syllable in _sounds()(run, errors="ignore") if syllable.isascii()]
        for at in range(len(syllables)):
            full = "".join(syllables[at:])[:LONGEST_READING]
            initials = "".join(syllable[0] for syllable in syllables[at:])
            found |= {full: None} if len(full) >= least_letters else {}
            found |= {initials: None} if len(initials) >= least_initials else {}
    return tuple(found)


def sounds_like(typed: str, text: str) -> bool:
    """Say whether a text's reading begins, somewhere in it, with the two or more letters typed: ww, wangwu, 王五."""
    letters = words_of(typed)
    if len(letters) < _LEAST_TYPED or not (letters.isascii() and letters.isalpha()) or text.isascii():
        return False
    return any(
        reading.startswith(letters)
        for reading in readings(text, least_letters=_LEAST_TYPED, least_initials=_LEAST_TYPED)
    )


@cache
def _sounds() -> Any:
    # Its dictionary takes a second and 50 MB, and most processes never need it.
    return import_module("pypinyin").lazy_pinyin
