"""PDF by typst: the document goes in as data, so that no text in it is ever read as markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reporting.document import (
    Bar,
    BarChart,
    Block,
    ColumnChart,
    Document,
    Facts,
    Figure,
    Figures,
    Note,
    Paragraph,
    Section,
    Table,
)
from reporting.glyphs import MissingGlyph, library
from reporting.wording import written

TEMPLATE = Path(__file__).with_name("report.typ")
SYSTEM_FONTS = ["Noto Sans SC", "Noto Sans CJK SC"]
"""Used where our own fonts are not set up."""
FULL = 1000
"""Bars are drawn in thousandths of the longest."""
LABEL_SHARES = ((6, 14), (12, 24), (100, 34))
"""Longest label in characters, and the share of the width that labels get (percent)."""


def render(document: Document, path: Path, step: Callable[[int, int], None]) -> tuple[MissingGlyph, ...]:
    """Write the document as PDF with embedded fonts; return the characters that none of our fonts has.

    Where our fonts are not set up, those of the system are used and nothing is known of their gaps.
    """
    data = _document(document)
    step(1, 2)
    own = library(Path(settings.FONT_DIR))
    chosen = own.choose(_texts(data)) if own else None
    # With our own fonts every machine makes the same pages: nothing else may stand in.
    data["fonts"] = list(chosen.families) if chosen else SYSTEM_FONTS
    data["other_fonts"] = chosen is None
    typst.compile(
        str(TEMPLATE),
        output=str(path),
        root=str(TEMPLATE.parent),
        font_paths=own.loaded if own else [],
        ignore_system_fonts=own is not None,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(document.made_at.timestamp()),
    )
    step(2, 2)
    return chosen.missing if chosen else ()


def _texts(value: object) -> Iterator[str]:
    """Every text of the data, in reading order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _document(document: Document) -> dict[str, Any]:
    chinese = document.language.lower().startswith("zh")
    language = document.language
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "publisher": document.publisher,
        "header_right": document.subtitle,
        "notice": document.notice,
        "seal": document.seal,
        "lang": "zh" if chinese else "en",
        "region": "cn" if chinese else "gb",
        "facts": [_figure(item, language) for item in document.facts],
        "sections": [_section(section, language) for section in document.sections],
        "words": {
            "page": _("Page {n} of {of}"),
            "table": pgettext("caption", "Table"),
            "chart": pgettext("caption", "Chart"),
            "contents": _("Contents"),
        },
    }


def _section(section: Section, language: str) -> dict[str, Any]:
    return {
        "title": section.title,
        "new_page": section.new_page,
        "wide": section.wide,
        "blocks": [
            _block(block, language)
            for block in section.blocks
            if not isinstance(block, Table) or not block.only_in or "pdf" in block.only_in
        ],
    }


def _block(block: Block, language: str) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"type": "paragraph", "text": block.text}
        case Note():
            return {"type": "note", "text": block.text}
        case Figures():
            return {"type": "figures", "items": [_figure(item, language) for item in block.items]}
        case Facts():
            return {"type": "facts", "items": [_figure(item, language) for item in block.items]}
        case Table():
            return _table(block, language)
        case BarChart() | ColumnChart():
            return _chart(block)


def _figure(item: Figure, language: str) -> dict[str, str]:
    return {
        "label": item.label,
        "value": written(item.value, item.kind, language),
        "unit": item.unit,
        "note": item.note,
    }


def _table(table: Table, language: str) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]

    def cells(row: Iterable[Any]) -> list[str]:
        return [written(value, kind, language) for value, kind in zip(row, kinds, strict=True)]

    return {
        "type": "table",
        "caption": table.caption,
        "columns": [
            {"heading": column.heading, "number": column.kind.is_number, "weight": column.weight}
            for column in table.columns
        ],
        "rows": [cells(row) for row in table.rows],
        "total": None
        if table.total is None
        else [
            "" if value is None else text for value, text in zip(table.total, cells(table.total), strict=True)
        ],
        "levels": list(table.levels),
    }


def _chart(chart: BarChart | ColumnChart) -> dict[str, Any]:
    longest = max((sum(bar.parts, Decimal(0)) for bar in chart.bars), default=Decimal(0))
    widest = max((len(bar.label) for bar in chart.bars), default=0)
    return {
        "type": "bars" if isinstance(chart, BarChart) else "columns",
        "caption": chart.caption,
        "legend": list(chart.legend) if isinstance(chart, BarChart) else [],
        "tones": list(chart.tones),
        "label_share": next(share for longest_label, share in LABEL_SHARES if widest <= longest_label)
        if widest <= LABEL_SHARES[-1][0]
        else LABEL_SHARES[-1][1],
        "bars": [_bar(bar, longest) for bar in chart.bars],
    }


def _bar(bar: Bar, longest: Decimal) -> dict[str, Any]:
    shares = [int(part * FULL / longest) if longest else 0 for part in bar.parts]
    return {"label": bar.label, "parts": shares, "written": bar.written}
