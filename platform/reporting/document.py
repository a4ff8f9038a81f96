"""A report as plain data: what it says, not how it looks. Every renderer reads the same document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Value = str | int | Decimal | dt.date | dt.datetime | None
Row = tuple[Value, ...]


class Kind(StrEnum):
    """What a value is; decides its form in text and its format in a spreadsheet."""

    TEXT = "text"
    INTEGER = "integer"
    HOURS = "hours"
    MONEY = "money"
    SCORE = "score"
    PERCENT = "percent"
    """A ratio: 0.8125 is shown as 81.25%."""
    DECIMAL = "decimal"
    """As many places as the value has."""
    DATE = "date"
    MOMENT = "moment"

    @property
    def is_number(self) -> bool:
        """Whether columns of it align at the right."""
        return self not in {Kind.TEXT, Kind.DATE, Kind.MOMENT}


@dataclass(frozen=True)
class Figure:
    """One named value, big on the page; `note` says what it is measured by."""

    label: str
    value: Value
    kind: Kind = Kind.TEXT
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Plain running text."""

    text: str


@dataclass(frozen=True)
class Note:
    """A remark set apart: where a number comes from, what to keep in mind."""

    text: str


@dataclass(frozen=True)
class Figures:
    """Key figures side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Facts:
    """Labels and values below each other."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Column:
    """A column: heading, what its values are, and its share of the width."""

    heading: str
    kind: Kind = Kind.TEXT
    weight: int = 2


@dataclass(frozen=True)
class Table:
    """Typed columns and rows. `rows` may be read several times; it need not be in memory.

    `levels` (as many as rows, or empty) indents the first column. `total` is a closing row.
    `is_data` marks the table that a CSV file consists of.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    total: Row | None = None
    levels: tuple[int, ...] = ()
    is_data: bool = False
    only_in: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bar:
    """One bar: its label, the value that is written beside it, and its parts (same order as the legend)."""

    label: str
    parts: tuple[Decimal, ...]
    written: str


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars, stacked when the legend has several entries. The text alternative is `alt`."""

    caption: str
    legend: tuple[str, ...]
    bars: tuple[Bar, ...]
    alt: str
    tones: tuple[str, ...] = ("primary", "accent", "warn", "quiet")


@dataclass(frozen=True)
class ColumnChart:
    """Upright bars, one per label, each with its own tone and number."""

    caption: str
    bars: tuple[Bar, ...]
    alt: str
    tones: tuple[str, ...] = ("primary",)


Block = Paragraph | Note | Figures | Facts | Table | BarChart | ColumnChart


@dataclass(frozen=True)
class Section:
    """A numbered chapter."""

    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False
    wide: bool = False
    """Set across the long side of the paper."""


@dataclass(frozen=True)
class Document:
    """A whole report in one language.

    `file_stem` names the file without its ending. `facts` stand on the title page. `seal` is a digest that ties the
    document to frozen rows. `notice` is repeated on every page.
    """

    title: str
    file_stem: str
    language: str
    publisher: str
    made_at: dt.datetime
    sections: tuple[Section, ...]
    subtitle: str = ""
    facts: tuple[Figure, ...] = ()
    notice: str = ""
    seal: str = ""

    def tables(self, file_format: str) -> Iterable[Table]:
        """All tables meant for this file format, in reading order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Table) and (not block.only_in or file_format in block.only_in):
                    yield block
