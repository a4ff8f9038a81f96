"""Rules room: codes of instruments as people type them one after the other."""

from __future__ import annotations

import re


def codes_in(text: str) -> list[str]:
    """Return the codes of a line in their order, each once, in capitals: parted by spaces, commas or the like."""
    return [code for code in dict.fromkeys(re.split(r"[\s,;，；、]+", text.strip().upper())) if code]
