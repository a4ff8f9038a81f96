"""Forms room: reads a file of usage records, row by row, into entries."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from folding.characters import ForeignDigits, code, line
from folding.numbers import figure, money, whole
from folding.times import LOCAL, moment
from instruments.booking.enums import Purpose
from instruments.usage.actions.usage import MOST_ENTRIES
from instruments.usage.enums import UserKind
from instruments.usage.errors import usage_problem
from instruments.usage.forms.usage_words import (
    COLUMNS,
    LEFT_OUT,
    MORE_COLUMNS,
    choice_of,
    columns_of,
    is_example,
    is_sum,
)
from instruments.usage.rules.usage_entries import LONGEST_DAYS, MOST_STATIONS, UsageEntry, entry_problems

NEEDED = COLUMNS[:7]
MOST_BYTES = 2 * 1024 * 1024

_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_GUARDED = re.compile(r"'(?=[=+\-@\t\r\n＝＋－＠])")

Problems = list[tuple[str, str | Promise]]


@dataclass(frozen=True)
class FileRow:
    """One row as the table shows it: its number there, its cells, its entry or why it has none."""

    number: int
    cells: Mapping[str, str]
    entry: UsageEntry | None
    problems: Problems = field(default_factory=list)


@dataclass(frozen=True)
class UsageTable:
    """What stands in a file: its rows of records, and the numbers of those that hold none (sums, the example)."""

    rows: list[FileRow]
    left_out: list[int]


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; `message` says why."""

    def __init__(self, message: str | Promise) -> None:
        self.message = message
        super().__init__(message)


class UsageFileForm(forms.Form):
    """A file of usage records; after validation `table` holds what stands in it."""

    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,text/csv"}),
    )
    table: UsageTable
    text: str

    def clean_file(self) -> UploadedFile[Any]:
        """Read all rows; refuse a file that is too large or no table of usage."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is None or file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB; split it."))
        try:
            self.text = _decoded(file.read())
            self.table = read_usage(self.text)
        except UnreadableFile as error:
            raise forms.ValidationError(str(error.message)) from None
        return file


class UsagePreviewForm(forms.Form):
    """What was looked at before it is written: the table as read, and why unusual rows are true, row by row."""

    content = forms.CharField(strip=False, max_length=MOST_BYTES, widget=forms.Textarea)
    table: UsageTable

    def clean_content(self) -> str:
        """Read all rows again."""
        text: str = self.cleaned_data["content"]
        try:
            self.table = read_usage(text)
        except UnreadableFile as error:
            raise forms.ValidationError(str(error.message)) from None
        return text

    def because(self, row: FileRow) -> str:
        """Return why a row is true although it is unusual, as typed."""
        return str(self.data.get(f"because-{row.number}", ""))[:200].strip()


def read_usage(text: str) -> UsageTable:
    """Read a CSV table of usage records; comma, semicolon or tab.

    A first line `sep=;`, as spreadsheets take it, names the separator. Sums and the template's example are left out. A
    row that is wrong has problems and no entry. Raises UnreadableFile.
    """
    first, _newline, rest = text.lstrip().partition("\n")
    named = _SEPARATOR.fullmatch(first)
    head = rest.split("\n", 1)[0] if named else first
    delimiter = named[1] if named else max(",;\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise UnreadableFile(
            _("The file is not a well-formed CSV table; check its quotation marks.")
        ) from None
    lines = [(number, cells) for number, cells in enumerate(table, 1) if any(cell.strip() for cell in cells)]
    if named:
        lines = lines[1:]
    if not lines:
        raise UnreadableFile(_("The file is empty."))
    names = _header(lines[0][1])
    left_out = [number for number, cells in lines[1:] if is_sum(cells) or _is_example(names, cells)]
    body = [row for row in lines[1:] if row[0] not in left_out]
    if not body:
        raise UnreadableFile(_("Under the header stands no record."))
    if len(body) > MOST_ENTRIES:
        raise UnreadableFile(usage_problem("too_many", limit=MOST_ENTRIES))
    rows: list[FileRow] = []
    first_seen: dict[str, tuple[int, str]] = {}
    for number, cells in body:
        row = _row(number, names, cells)
        record_id = row.entry.record_id if row.entry else row.cells.get("record_id", "")
        seen_in, seen = first_seen.setdefault(record_id.casefold(), (number, record_id))
        if record_id and seen_in != number:
            told = (
                _("The number stands in row %(row)s already.")
                if seen == record_id
                else _("The number differs from that in row %(row)s only by case.")
            )
            message = told % {"row": seen_in}
            row = FileRow(number, row.cells, None, [("record_id", message), *row.problems])
        rows.append(row)
    return UsageTable(rows, left_out)


def as_csv(rows: list[FileRow]) -> str:
    """Write rows as they were read, under our own names of the columns, to be mended and sent again."""
    used = [name for name in MORE_COLUMNS if any(row.cells.get(name) for row in rows)]
    names = [*COLUMNS, *used]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.cells.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def _decoded(content: bytes) -> str:
    """Read UTF-8 with or without mark, or GB18030. Raises UnreadableFile."""
    if content.startswith(_WORKBOOKS):
        raise UnreadableFile(
            _(
                "This is an Excel workbook. Choose “Save as” in the spreadsheet, save it as CSV (UTF-8), and send that."
            )
        )
    if b"\0" in content:
        raise UnreadableFile(_("This is no text file; save the table as CSV (UTF-8)."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Big5 read as GB18030 gives wrong characters, and with them some that nobody uses.
        if encoding == "gb18030" and _PRIVATE.search(text):
            raise UnreadableFile(
                _(
                    "The characters are neither UTF-8 nor GB18030, perhaps Big5; save the table as CSV (UTF-8)."
                )
            )
        return text
    raise UnreadableFile(_("The characters cannot be read; save the table as CSV (UTF-8)."))


def _header(cells: list[str]) -> list[str]:
    names = columns_of(cells)
    while names and not names[-1]:
        names.pop()
    missing = [name for name in NEEDED if name not in names]
    if missing:
        told = {
            "names": ", ".join(missing),
            "line": ", ".join(cell.strip()[:30] for cell in cells[:20])[:200],
        }
        raise UnreadableFile(
            _("The header lacks: %(names)s. This line was taken for the header: %(line)s") % told
        )
    unknown = [name for name in names if name not in COLUMNS + MORE_COLUMNS + LEFT_OUT]
    if unknown:
        told_unknown = ", ".join(name[:30] or "—" for name in unknown[:5])
        raise UnreadableFile(_("The header has columns nobody knows: %(names)s.") % {"names": told_unknown})
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableFile(_("The header names a column twice: %(names)s.") % {"names": ", ".join(twice)})
    return names


def _is_example(names: list[str], cells: list[str]) -> bool:
    return is_example(dict(zip(names, cells, strict=False)).get("record_id", ""))


def _row(number: int, names: list[str], values: list[str]) -> FileRow:
    cells = {name: _text(value) for name, value in zip(names, values, strict=False) if name not in LEFT_OUT}
    problems: Problems = [(name, usage_problem("blank")) for name in NEEDED if not cells.get(name)]
    if any(value.strip() for value in values[len(names) :]):
        problems.append(("", _("The row has more cells than the header.")))
    read: dict[str, Any] = {
        name: _read(reader, cells.get(name, "") or default) for name, (reader, default) in _READERS.items()
    }
    blank = {name for name, _message in problems}
    for name, value in read.items():
        if value is None and name not in blank:
            problems.append((name, _WRONG[name]))
    words: dict[str, Any] = {
        "record_id": cells.get("record_id", ""),
        "instrument_code": cells.get("instrument", "").upper(),
        "user_kind": choice_of(cells.get("user_kind", ""), UserKind),
        "purpose": choice_of(cells.get("purpose", ""), Purpose),
        "user_name": cells.get("user_name", ""),
        "user_unit": cells.get("user_unit", ""),
    }
    for name in ("record_id", "instrument_code"):
        try:
            words[name] = code(words[name])
        except ForeignDigits:
            problems.append((name.removesuffix("_code"), _("Write the digits as 0 to 9.")))
    if problems:
        return FileRow(number, cells, None, [*problems, *_further({**words, **read}, problems)])
    return FileRow(number, cells, UsageEntry(**words, **read))


def _further(values: dict[str, Any], known: Problems) -> Problems:
    """Judge the cells that can be read although others cannot, so that a row tells all its faults at once."""
    wrong = {name for name, _message in known}
    now, longest = timezone.now(), dt.timedelta(days=LONGEST_DAYS)
    # What is missing gets a value that breaks no rule by itself.
    end = values["end"] or min(now, (values["start"] or now - longest) + longest)
    start = values["start"] or end - longest
    zero = {name: Decimal(0) for name in ("effective_hours", "income", "startup_hours", "processing_hours")}
    harmless: dict[str, Any] = {**zero, "samples": 0, "station": 1, "start": start, "end": end}
    sound = {name: value for name, value in values.items() if value is not None}
    told = entry_problems(UsageEntry(**(harmless | sound)), now, MOST_STATIONS)
    if "effective_hours" in wrong:
        wrong |= {"startup_hours", "processing_hours"}
    return [(name, message) for name, message in told if name not in wrong]


_TIME = _("Write the time as 2026-03-02 09:00 (local) or with its offset, as 2026-03-02T09:00+08:00.")
_FIGURE = _("Write a number such as 2.50.")
_WHOLE = _("Write a whole number.")
_WRONG: dict[str, str | Promise] = {
    "start": _TIME,
    "end": _TIME,
    "effective_hours": _FIGURE,
    "income": _FIGURE,
    "startup_hours": _FIGURE,
    "processing_hours": _FIGURE,
    "samples": _WHOLE,
    "station": _WHOLE,
}


def _moment(text: str) -> dt.datetime:
    read = moment(text)
    return read.replace(tzinfo=LOCAL) if read.tzinfo is None else read


_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "start": (_moment, ""),
    "end": (_moment, ""),
    "effective_hours": (lambda text: Decimal(figure(text)), ""),
    "income": (lambda text: Decimal(money(text)), "0"),
    "startup_hours": (lambda text: Decimal(figure(text)), "0"),
    "processing_hours": (lambda text: Decimal(figure(text)), "0"),
    "samples": (lambda text: int(whole(text)), "0"),
    "station": (lambda text: int(whole(text)), "1"),
}


def _read(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text) if text else None
    except ValueError:
        return None


def _text(cell: str) -> str:
    """Return a cell folded, without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return _GUARDED.sub("", line(cell), count=1) if cell.lstrip().startswith("'") else line(cell)
