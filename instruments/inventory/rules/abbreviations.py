"""Rules room: the common abbreviations by which an instrument is asked for (XRD, SEM, LC-MS)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instruments.inventory.rules.class_codes import subtree_prefix

SOURCE = Path(__file__).resolve().parent.parent / "data" / "abbreviations.csv"


@dataclass(frozen=True)
class Abbreviation:
    """One abbreviation: the names it adds, the classes it belongs to, the words a name must hold (any of them)."""

    names: tuple[str, ...]
    prefixes: tuple[str, ...]
    name_words: tuple[str, ...]

    def fits(self, class_code: str, name: str) -> bool:
        """Say whether an instrument of this class and name goes by this abbreviation."""
        if not class_code.startswith(self.prefixes):
            return False
        return not self.name_words or any(word in name for word in self.name_words)


def other_names(class_code: str, name: str) -> list[str]:
    """Return the abbreviations, and what they stand for, that an instrument goes by beside its own name."""
    return [other for row in shipped() if row.fits(class_code, name) for other in row.names]


@cache
def shipped() -> Sequence[Abbreviation]:
    """Return the shipped list."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Abbreviation(
                names=(*row["abbreviation"].split(), *row["words_zh"].split(), row["words_en"]),
                prefixes=tuple(subtree_prefix(code) for code in row["class_codes"].split()),
                name_words=tuple(word for word in row["name_words"].split("|") if word),
            )
            for row in csv.DictReader(file)
        )
