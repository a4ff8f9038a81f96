"""Pages as they are read, whatever lines their templates have."""

from __future__ import annotations

import re


def tight(html: str) -> str:
    """Return markup with one space for many, and none beside a tag or within its ends."""
    text = re.sub(r"\s+", " ", html)
    return re.sub(r" ?(<[^<>]*?) ?(>) ?", r"\1\2", text)
