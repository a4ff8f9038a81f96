"""CSV: the document's data table, in UTF-8 with a byte-order mark, for any spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from folding.times import LOCAL
from reporting.document import Document, Kind, Value

if TYPE_CHECKING:
    from reporting.glyphs import MissingGlyph

DANGEROUS = tuple("=+-@\t\r\n")
SEPARATORS = ";,|"
INVISIBLE = "\u115f\u1160\u3164\u034f\u180b\u180c\u180d"
"""Fillers and joiners that print as nothing although they are letters or marks; so are the variation selectors."""
SHOW_EVERY_ROWS = 1000


def render(document: Document, path: Path, step: Callable[[int, int], None]) -> tuple[MissingGlyph, ...]:
    """Write the data table. Numbers are plain, times ISO 8601 with offset, texts never start a formula.

    Returns no missing glyphs: whoever opens the file brings the fonts.
    Raises ValueError for a document without a data table.
    """
    table = next((table for table in document.tables("csv") if table.is_data), None)
    if table is None:
        raise ValueError(f"{document.title} has no table for CSV.")
    kinds = [column.kind for column in table.columns]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([harmless(column.heading) for column in table.columns])
        for count, row in enumerate(table.rows, start=1):
            writer.writerow([plain(value, kind) for value, kind in zip(row, kinds, strict=True)])
            if count % SHOW_EVERY_ROWS == 0:
                step(count, count + 1)
    return ()


def plain(value: Value, kind: Kind) -> str:
    """One cell as a machine reads it."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(LOCAL).isoformat(timespec="minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int) and kind.is_number:
        return str(value)
    return harmless(str(value))


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Full-width signs count like plain ones. What nobody sees before the sign is looked past, and so are separators,
    at which another spreadsheet begins a new cell.
    """
    seen = next((sign for sign in unicodedata.normalize("NFKC", text) if not _is_skipped(sign)), "")
    return f"'{text}" if text.startswith(DANGEROUS) or (seen and seen in DANGEROUS[:4]) else text


def _is_skipped(sign: str) -> bool:
    return (
        sign in SEPARATORS
        or unicodedata.category(sign)[0] in "ZC"
        or sign in INVISIBLE
        or "\ufe00" <= sign <= "\ufe0f"
    )
