"""What a check of the doctor found: how bad it is, in a sentence, and what to do."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Text = str | Promise


class Level(enum.Enum):
    """OK needs nothing, WARNING will need somebody, FAULT needs somebody now."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"

    @property
    def word(self) -> Text:
        """The level for people."""
        return _WORDS[self]


_WORDS: dict[Level, Text] = {
    Level.OK: pgettext_lazy("doctor", "ok"),
    Level.WARNING: pgettext_lazy("doctor", "warning"),
    Level.FAULT: pgettext_lazy("doctor", "fault"),
}


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `todo` is empty where nothing is to be done."""

    level: Level
    said: str
    todo: str = ""


def ok(said: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, said)


def warning(said: str, todo: str) -> Finding:
    """It works, but not for ever or not as meant."""
    return Finding(Level.WARNING, said, todo)


def fault(said: str, todo: str) -> Finding:
    """Something does not work."""
    return Finding(Level.FAULT, said, todo)
