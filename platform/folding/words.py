"""Words as searches compare them: no width, no case, no traditional forms, no marks; one blank between words.

A word ends where letters, digits and Chinese meet, so that D8ADVANCE, D8-Advance and D8 ADVANCE are the same three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from folding.characters import plain

LONGEST_QUERY = 100
MOST_WORDS = 8
HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ATOM = re.compile(rf"[{HAN}]+|[^\W\d_{HAN}]+|\d+")
_IS_HAN = re.compile(f"[{HAN}]")
_IS_LETTERS = re.compile(rf"[^\W\d_{HAN}]+")
_JOINING = "-/._·•'’&\u2010\u2011\u2012\u2013\u2014\u2212"
_SHORT = 4


@dataclass(frozen=True)
class Word:
    """One thing looked for: its spellings, each of words parted by one blank; any of them will do."""

    spellings: tuple[str, ...]


def words_of(text: str) -> str:
    """Return a text as its words, parted by one blank."""
    return " ".join(_ATOM.findall(folded(text)))


def joined_words(text: str, *, blanks_too: bool = False) -> list[str]:
    """Return the words that a text parts by a mark (LC-MS), or by a blank where both are short, written as one."""
    found = []
    for group in _groups(folded(text), blanks=blanks_too):
        merged = _merged(group)
        if merged != group:
            found.append(" ".join(merged))
    return found


def query_words(query: str) -> tuple[Word, ...]:
    """Return what a query looks for; all of it must be found.

    Marks and blanks part words. Letters and digits joined by a mark stay side by side, or are written as one; so may
    words of letters parted by blanks. Only the first LONGEST_QUERY characters and MOST_WORDS words count.
    """
    groups = list(_groups(folded(query[:LONGEST_QUERY]), blanks=False))
    return tuple(dict.fromkeys(_word(group) for group in groups))[:MOST_WORDS]


def query_as_name(query: str) -> tuple[str, ...]:
    """Return the spellings of a whole query as a name: its words as typed, and those of letters as one."""
    atoms = _ATOM.findall(folded(query[:LONGEST_QUERY]))
    return tuple(dict.fromkeys(" ".join(one) for one in (atoms, _merged(atoms)) if one))


def whole_query(query: str) -> str:
    """Return a query's letters as one word, empty where anything but letters stands in it (LC MS, zhi pu yi)."""
    atoms = _ATOM.findall(folded(query[:LONGEST_QUERY]))
    return "".join(atoms) if len(atoms) > 1 and all(map(_IS_LETTERS.fullmatch, atoms)) else ""


def seen_words(query: str) -> list[str]:
    """Return what to point out in a text that was found: the query's words as typed and in pieces, longest first."""
    typed = plain(query[:LONGEST_QUERY])
    pieces = [atom for atom in _ATOM.findall(simplified(typed)) if len(atom) > 1 or is_han(atom)]
    return sorted(dict.fromkeys([*typed.split(), *simplified(typed).split(), *pieces]), key=len, reverse=True)


def is_han(text: str) -> bool:
    """Say whether a word is of Chinese characters; its beginning is then no beginning of a word."""
    return _IS_HAN.match(text) is not None


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text as all of these compare it: `plain`, and with its traditional characters simplified."""
    return simplified(plain(text))


def simplified(text: str) -> str:
    """Return a text with its traditional characters simplified."""
    return text if text.isascii() else str(_converter().convert(text))


@cache
def _converter() -> Any:
    # Its dictionaries are read when the first Chinese text comes.
    return import_module("opencc").OpenCC("t2s")


def _word(group: list[str]) -> Word:
    return Word(tuple(dict.fromkeys((" ".join(group), " ".join(_merged(group))))))


def _groups(text: str, *, blanks: bool) -> list[list[str]]:
    """Cut a folded text into groups of words that belong together: they touch, or a joining mark is between them."""
    groups: list[list[str]] = []
    end = 0
    for found in _ATOM.finditer(text):
        between = text[end : found.start()]
        atom = found[0]
        if groups and _belongs(groups[-1][-1], between, atom, blanks=blanks):
            groups[-1].append(atom)
        else:
            groups.append([atom])
        end = found.end()
    return groups


def _belongs(last: str, between: str, atom: str, *, blanks: bool) -> bool:
    if not between:
        return True
    if is_han(last) or is_han(atom):
        return False
    if blanks and between == " ":
        return max(len(last), len(atom)) <= _SHORT and not (last.isdigit() or atom.isdigit())
    return len(between) == 1 and between in _JOINING


def _merged(group: list[str]) -> list[str]:
    """Write neighbouring words of letters as one."""
    merged: list[str] = []
    for atom in group:
        if merged and _IS_LETTERS.fullmatch(atom) and _IS_LETTERS.fullmatch(merged[-1]):
            merged[-1] += atom
        else:
            merged.append(atom)
    return merged
