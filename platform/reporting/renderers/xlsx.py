"""XLSX: a cover sheet with figures and notes, then one sheet per table with typed cells; constant memory."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from folding.times import LOCAL
from reporting.document import (
    Column,
    Document,
    Facts,
    Figure,
    Figures,
    Kind,
    Note,
    Paragraph,
    Row,
    Table,
    Value,
)
from reporting.glyphs import MissingGlyph
from reporting.wording import written

FORMATS = {
    Kind.TEXT: "@",
    Kind.INTEGER: "#,##0",
    Kind.HOURS: "#,##0.00",
    Kind.MONEY: '"¥"#,##0.00',
    Kind.SCORE: "0.00",
    Kind.PERCENT: "0.00%",
    Kind.DECIMAL: "#,##0.00####",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
FONT = "Microsoft YaHei"
INK, MUTED, PRIMARY, LINE, BAND = "#1B2430", "#5B6675", "#1257A6", "#C9D2DC", "#EAF1F9"
UNIT_WIDTH = 7
LONGEST_SHEET_NAME = 31
LONGEST_TEXT = 32_767
SHOW_EVERY_ROWS = 1000


class _Book:
    """An open workbook with its cell formats, made once each."""

    def __init__(self, path: Path, document: Document) -> None:
        self.file = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": FORMATS[Kind.MOMENT],
            },
        )
        self.language = document.language
        self.names: set[str] = set()
        self.kept: dict[tuple[tuple[str, object], ...], Any] = {}
        self.file.set_properties(
            {
                "title": document.title,
                "subject": document.subtitle,
                "company": document.publisher,
                "comments": " ".join(filter(None, [document.notice, document.seal])),
                "created": document.made_at.astimezone(LOCAL).replace(tzinfo=None),
            }
        )

    def style(self, **features: object) -> Any:
        key = tuple(sorted(features.items()))
        if key not in self.kept:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self.kept[key] = self.file.add_format({**base, **features})
        return self.kept[key]

    def sheet(self, title: str) -> Any:
        return self.file.add_worksheet(self._free_name(title))

    def _free_name(self, title: str) -> str:
        base = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:LONGEST_SHEET_NAME] or "Sheet"
        name, number = base, 2
        while name.lower() in self.names:
            tail = f" {number}"
            name, number = f"{base[: LONGEST_SHEET_NAME - len(tail)]}{tail}", number + 1
        self.names.add(name.lower())
        return name


def render(document: Document, path: Path, step: Callable[[int, int], None]) -> tuple[MissingGlyph, ...]:
    """Write the workbook. Numbers and dates are real ones; texts are written as texts, never as formulas.

    Returns no missing glyphs: whoever opens the file brings the fonts.
    """
    book = _Book(path, document)
    _write_cover(book, document)
    tables = list(document.tables("xlsx"))
    for table in tables:
        _write_table(book, document, table, step)
    book.file.close()
    return ()


def _write_cover(book: _Book, document: Document) -> None:
    sheet = book.sheet(_("Summary"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 60)
    wrap = book.style(text_wrap=True, valign="top", font_color=MUTED)
    line = 0

    def text(value: str, style: Any, height: int | None = None, column: int = 0) -> None:
        nonlocal line
        if height:
            sheet.set_row(line, height)
        sheet.write_string(line, column, value[:LONGEST_TEXT], style)
        line += 1

    text(document.title, book.style(bold=True, font_size=18, font_color=PRIMARY), 30)
    if document.subtitle:
        text(document.subtitle, book.style(font_size=12, font_color=MUTED), 20)
    text(document.publisher, book.style(font_color=MUTED))
    if document.notice:
        text(document.notice, book.style(bold=True, font_color="#B45309"))
    line += 1
    line = _write_figures(book, sheet, line, document.facts)
    for section in document.sections:
        words = [block for block in section.blocks if isinstance(block, Paragraph | Note | Figures | Facts)]
        if not words:
            continue
        line += 1
        text(section.title, book.style(bold=True, font_size=13, font_color=PRIMARY), 22)
        for block in words:
            if isinstance(block, Paragraph | Note):
                sheet.merge_range(line, 0, line, 2, "", wrap)
                text(block.text, wrap, 15 * (1 + len(block.text) // 55))
            else:
                line = _write_figures(book, sheet, line, block.items)
    if document.seal:
        line += 1
        text(document.seal, book.style(font_color=MUTED, font_size=9))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_figures(book: _Book, sheet: Any, line: int, items: tuple[Figure, ...]) -> int:
    for item in items:
        sheet.write_string(line, 0, item.label, book.style(font_color=MUTED))
        _write_value(book, sheet, (line, 1), item.value, item.kind, bold=True, align="left")
        if note := " ".join(filter(None, [item.unit, item.note])):
            sheet.write_string(line, 2, note, book.style(font_color=MUTED))
        line += 1
    return line


def _write_table(book: _Book, document: Document, table: Table, step: Callable[[int, int], None]) -> None:
    sheet = book.sheet(table.caption)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{(document.notice or document.publisher).replace('&', '&&')}&R&P / &N")
    head = book.style(
        bold=True, bg_color=BAND, font_color=PRIMARY, bottom=2, bottom_color=PRIMARY, text_wrap=True
    )
    head_right = book.style(
        bold=True,
        bg_color=BAND,
        font_color=PRIMARY,
        bottom=2,
        bottom_color=PRIMARY,
        text_wrap=True,
        align="right",
    )
    sheet.set_row(0, 30)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _width(column))
        sheet.write_string(0, place, column.heading, head_right if column.kind.is_number else head)
    count = 0
    for count, row in enumerate(table.rows, start=1):
        indent = table.levels[count - 1] if table.levels else 0
        _write_row(book, sheet, count, table.columns, row, indent=indent)
        if count % SHOW_EVERY_ROWS == 0:
            step(count, count + 1)
    if count:
        sheet.autofilter(0, 0, count, len(table.columns) - 1)
    if table.total is not None:
        _write_row(book, sheet, count + 1, table.columns, table.total, bold=True, top=1, top_color=PRIMARY)


def _write_row(
    book: _Book,
    sheet: Any,
    line: int,
    columns: tuple[Column, ...],
    row: Row,
    *,
    indent: int = 0,
    **features: object,
) -> None:
    for place, (column, value) in enumerate(zip(columns, row, strict=True)):
        more = {**features, "indent": indent} if indent and place == 0 else features
        _write_value(book, sheet, (line, place), value, column.kind, bottom=4, bottom_color=LINE, **more)


def _write_value(
    book: _Book, sheet: Any, place: tuple[int, int], value: Value, kind: Kind, **features: object
) -> None:
    style = book.style(num_format=FORMATS[kind], **features)
    if value is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(*place, value.astimezone(LOCAL).replace(tzinfo=None), style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(*place, value, style)
    elif isinstance(value, Decimal | int) and kind.is_number:
        sheet.write_number(*place, value, style)
    else:
        text = value if isinstance(value, str) else written(value, kind, book.language)
        sheet.write_string(*place, text[:LONGEST_TEXT], style)


def _width(column: Column) -> float:
    least = {Kind.MONEY: 15, Kind.MOMENT: 17, Kind.DATE: 12}.get(column.kind, 9)
    return float(max(least, UNIT_WIDTH * column.weight, 2 * min(len(column.heading), 8)))
