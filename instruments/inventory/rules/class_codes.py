"""Rules room: the six digits of an instrument class, two for each of the three levels."""

from __future__ import annotations


def subtree_prefix(code: str) -> str:
    """Return the digits that a class shares with everything below it: `010300` gives `0103`.

    Raises ValueError for anything but six digits.
    """
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        raise ValueError(f"A class code has six digits: {code!r}.")
    prefix = code
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    return prefix


def level_two(code: str) -> str:
    """Return the code of the second-level class that a class lies in; a first-level class gives itself."""
    return f"{code[:4]}00"
