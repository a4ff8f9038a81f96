"""One renderer per file format; each reads the same document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reporting.document import Document
from reporting.glyphs import MissingGlyph
from reporting.renderers import csv_file, pdf, xlsx

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Renderer:
    """Writes a document to a path and returns the characters it could not show; `content_type` is for the download."""

    content_type: str
    render: Callable[[Document, Path, OnProgress], tuple[MissingGlyph, ...]]


RENDERERS: dict[str, Renderer] = {
    "pdf": Renderer("application/pdf", pdf.render),
    "xlsx": Renderer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.render),
    "csv": Renderer("text/csv; charset=utf-8", csv_file.render),
}
