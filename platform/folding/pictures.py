"""A picture as it is sent, and as it is kept: drawn anew, so that it holds a picture and nothing else."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from PIL import Image, ImageOps

MOST_PIXELS = 60_000_000
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning)
"""What reading a file that is no picture may raise."""


def drawn_anew(file: BinaryIO | Any, longest_side: int) -> bytes:
    """Return a picture as a JPEG, upright and of at most so many points a side; what else the file held is gone.

    The place where it was taken is among that. Raises one of `UNREADABLE` for what is no JPEG, PNG or WebP.
    """
    with Image.open(file, formats=FORMATS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            raise ValueError("Nobody's camera takes so many points.")
        # A JPEG is read at the size that is needed, not at its own.
        sent.draft("RGB", (longest_side, longest_side))
        upright = ImageOps.exif_transpose(sent).convert("RGB")
    upright.thumbnail((longest_side, longest_side))
    kept = io.BytesIO()
    # A picture of its own carries nothing over from the file.
    picture = Image.new("RGB", upright.size)
    picture.paste(upright)
    picture.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()
