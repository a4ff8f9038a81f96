"""Rules room: what a reply template may say, and the words that come of it for one booking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACEHOLDERS = ("instrument", "start", "person")
LONGEST_NAME, LONGEST_WORDS = 60, 200
LONGEST_VALUE: Mapping[str, int] = {"instrument": 60, "start": 20, "person": 40}
"""Characters that a placeholder may become. With 200 of the text, each placeholder once, a reason holds them: 300."""
MOST = 50
"""Templates of one unit."""
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Reply:
    """A template as it is offered for one booking: its key, its name, and the words with everything filled in."""

    key: str
    name: str
    words: str


def strange_placeholders(words: str) -> list[str]:
    """Return what stands in braces and is no placeholder, or stands there twice; a single brace too."""
    found = _PLACEHOLDER.findall(words)
    strange = [f"{{{name}}}" for name in found if name not in PLACEHOLDERS or found.count(name) > 1]
    rest = _PLACEHOLDER.sub("", words)
    return list(dict.fromkeys(strange + [brace for brace in "{}" if brace in rest]))


def filled(words: str, values: Mapping[str, str]) -> str:
    """Return the words with every placeholder filled; a long name is cut, so that the whole is a reason's length."""

    def value(found: re.Match[str]) -> str:
        text, most = values[found[1]], LONGEST_VALUE[found[1]]
        return text if len(text) <= most else f"{text[: most - 1]}…"

    return _PLACEHOLDER.sub(value, words)
