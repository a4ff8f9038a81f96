"""Rules room: when two names of an organisation are the same to the eye, and which are alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 400
"""Folding can make a text longer: one sign may stand for eighteen letters."""

_SIGNS = str.maketrans(
    dict.fromkeys("[{<\u3008\u300a\u3010\u3014\u3016", "(")
    | dict.fromkeys("]}>\u3009\u300b\u3011\u3015\u3017", ")")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00b7\u2022\u2027\u22c5\u30fb", "\u00b7")
)
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# The whole house under another label, never a part of it with a name of its own.
_WHOLE = re.compile(r"\((?:校本部|院本部|所本部|本部|总部|总校|校区|本校|本院|本所|[^()]{1,12}校区)\)$")


def fold_name(text: str) -> str:
    """Fold a name for comparing: width, case, blanks, brackets, dashes and what cannot be seen do not count.

    Legal forms stay: 有限责任公司 and 有限公司 are two. Never empty for a text that says something; at most LONGEST.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = _SELECTORS.sub("", plain.translate(_SIGNS))
    kept = "".join(mark for mark in plain if unicodedata.category(mark) not in _UNSEEN)
    return (kept or text.strip())[:LONGEST]


def spellings(text: str) -> tuple[str, ...]:
    """Return the folded name, then the name without a bracket at its end that only means the whole house."""
    name = fold_name(text)
    bare = _WHOLE.sub("", name)
    return (name,) if bare in ("", name) else (name, bare)


def likeness(one: str, other: str) -> float:
    """Say how alike two folded names are, 0 to 1: 1 for one that begins with the other, else shared pairs of signs."""
    if not one or not other:
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) > 1 and long.startswith(short):
        return 1.0
    pairs, others = _pairs(one), _pairs(other)
    return 2 * len(pairs & others) / (len(pairs) + len(others)) if pairs and others else 0.0


def most_alike(
    name: str, others: Iterable[tuple[int, str]], *, at_least: float = 0.5, most: int = 3
) -> list[int]:
    """Return the keys of the folded names most like one, best first, none that is hardly alike."""
    found = sorted(
        ((-likeness(name, other), key) for key, other in others), key=lambda pair: (pair[0], pair[1])
    )
    return [key for score, key in found[:most] if -score >= at_least]


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}
