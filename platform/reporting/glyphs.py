"""Which fonts a text needs, and which of its characters none of our fonts has.

A report is set in Noto Sans; rare Han characters and Mongolian script come from further fonts in the same folder. Only
the families that a text needs are named to typst, in this order, so that it never picks a font we did not read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TypedDict

import typst
from fontTools.ttLib import TTFont

LEADING = ("Noto Sans SC", "Noto Sans")
"""These come first, the others follow in the order of their names."""
AROUND = 12
"""Characters quoted before and after one that is missing."""
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Kinds of character that leave no mark on paper: controls, marks of direction, spaces."""
SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors: they choose a form of the character before them."""


class MissingGlyph(TypedDict):
    """A character that is printed as an empty box, and a text in which it stands."""

    character: str
    code: str
    text: str


@dataclass(frozen=True)
class Family:
    """A font family and the code points that all its weights have."""

    name: str
    files: tuple[Path, ...]

    @property
    def covers(self) -> frozenset[int]:
        """Code points; read from the files once in a process."""
        return _covers(self.files)


@dataclass(frozen=True)
class Chosen:
    """The families that a text needs, in their order, and what no family has."""

    families: tuple[str, ...]
    missing: tuple[MissingGlyph, ...]


@dataclass(frozen=True)
class Library:
    """The fonts of one folder: as typst holds them, and their families in the order of the chain."""

    loaded: typst.Fonts
    families: tuple[Family, ...]

    def choose(self, texts: Iterable[str]) -> Chosen:
        """Choose the families for these texts. The first of the chain is always among them."""
        first_seen: dict[str, str] = {}
        for text in texts:
            for character in set(text).difference(first_seen):
                first_seen[character] = text
        left = {ord(character) for character in first_seen if leaves_a_mark(character)}
        names: list[str] = []
        for family in self.families:
            found = left & family.covers
            if found or not names:
                names.append(family.name)
                left -= found
            if not left:
                break
        missing = tuple(_missing(chr(code), first_seen[chr(code)]) for code in sorted(left))
        return Chosen(tuple(names), missing)


@lru_cache(maxsize=4)
def library(folder: Path) -> Library | None:
    """The fonts of a folder, or None when it has none for common Chinese characters (then the system's are used)."""
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    infos = sorted((info.family, str(info.path)) for info in loaded.fonts())
    families = [
        Family(name, tuple(Path(path) for _, path in group))
        for name, group in groupby(infos, key=lambda info: info[0])
    ]
    if not any(family.name == LEADING[0] for family in families):
        return None
    return Library(loaded, tuple(sorted(families, key=lambda family: (_place(family.name), family.name))))


def leaves_a_mark(character: str) -> bool:
    """Whether a character needs a glyph: spaces, controls, marks of direction and variation selectors do not."""
    code = ord(character)
    return unicodedata.category(character) not in UNSEEN and not any(code in span for span in SELECTORS)


def _place(name: str) -> int:
    return LEADING.index(name) if name in LEADING else len(LEADING)


@lru_cache(maxsize=512)
def _covers(files: tuple[Path, ...]) -> frozenset[int]:
    every = []
    for file in files:
        with TTFont(file, lazy=True) as font:
            every.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*every)


def _missing(character: str, text: str) -> MissingGlyph:
    place = text.index(character)
    begin, end = max(0, place - AROUND), place + 1 + AROUND
    # A mark of direction would turn the words around the quotation.
    around = "".join(each for each in text[begin:end] if unicodedata.category(each) != "Cf")
    quoted = f"{'…' if begin else ''}{' '.join(around.split())}{'…' if end < len(text) else ''}"
    return MissingGlyph(character=character, code=f"U+{ord(character):04X}", text=quoted)
