"""One renderer per file format; each reads the same document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from reporting.document import Document

if TYPE_CHECKING:
    from reporting.glyphs import MissingGlyph

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Renderer:
    """One format: `content_type` is for the download, `module` writes it.

    The module is loaded with the first report: typst and xlsxwriter take 20 MB in each process that never makes one.
    """

    content_type: str
    module: str

    def render(self, document: Document, path: Path, on_progress: OnProgress) -> tuple[MissingGlyph, ...]:
        """Write a document to a path and return the characters it could not show."""
        render: Callable[[Document, Path, OnProgress], tuple[MissingGlyph, ...]] = import_module(
            f"reporting.renderers.{self.module}"
        ).render
        return render(document, path, on_progress)


RENDERERS: dict[str, Renderer] = {
    "pdf": Renderer("application/pdf", "pdf"),
    "xlsx": Renderer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "csv": Renderer("text/csv; charset=utf-8", "csv_file"),
}
