"""Forms room: reads a file of usage records, row by row, into entries."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instruments.booking.enums import Purpose
from instruments.terms.rules.hours import LOCAL
from instruments.usage.actions.usage import MOST_ENTRIES
from instruments.usage.enums import UserKind
from instruments.usage.errors import usage_problem
from instruments.usage.rules.usage_entries import LONGEST_DAYS, MOST_STATIONS, UsageEntry, entry_problems

COLUMNS = (
    "record_id",
    "instrument",
    "start",
    "end",
    "effective_hours",
    "user_kind",
    "purpose",
    "samples",
    "income",
    "user_name",
    "user_unit",
)
MORE_COLUMNS = ("startup_hours", "processing_hours", "station")
NEEDED = COLUMNS[:7]
MOST_BYTES = 2 * 1024 * 1024

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_COUNT = re.compile(r"-?[0-9]{1,10}")

Problems = list[tuple[str, str | Promise]]


@dataclass(frozen=True)
class FileRow:
    """One row as the table shows it: its number there, its cells, its entry or why it has none."""

    number: int
    cells: Mapping[str, str]
    entry: UsageEntry | None
    problems: Problems = field(default_factory=list)


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; `message` says why."""

    def __init__(self, message: str | Promise) -> None:
        self.message = message
        super().__init__(message)


class UsageFileForm(forms.Form):
    """A file of usage records; after validation `rows` holds what stands in it."""

    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,text/csv"}),
    )
    rows: list[FileRow]
    text: str

    def clean_file(self) -> UploadedFile[Any]:
        """Read all rows; refuse a file that is too large or no table of usage."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is None or file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB; split it."))
        try:
            self.text = _decoded(file.read())
            self.rows = read_usage(self.text)
        except UnreadableFile as error:
            raise forms.ValidationError(str(error.message)) from None
        return file


class UsagePreviewForm(forms.Form):
    """What was looked at before it is written: the table as read, and why unusual rows are true, row by row."""

    content = forms.CharField(strip=False, max_length=MOST_BYTES, widget=forms.HiddenInput())
    rows: list[FileRow]

    def clean_content(self) -> str:
        """Read all rows again."""
        text: str = self.cleaned_data["content"]
        try:
            self.rows = read_usage(text)
        except UnreadableFile as error:
            raise forms.ValidationError(str(error.message)) from None
        return text

    def because(self, row: FileRow) -> str:
        """Return why a row is true although it is unusual, as typed."""
        return str(self.data.get(f"because-{row.number}", ""))[:200].strip()


def read_usage(text: str) -> list[FileRow]:
    """Read a CSV table of usage records; comma, semicolon or tab.

    A row that is wrong has problems and no entry. Raises UnreadableFile.
    """
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise UnreadableFile(
            _("The file is not a well-formed CSV table; check its quotation marks.")
        ) from None
    lines = [(number, cells) for number, cells in enumerate(table, 1) if any(cell.strip() for cell in cells)]
    if not lines:
        raise UnreadableFile(_("The file is empty."))
    names = _header(lines[0][1])
    body = lines[1:]
    if not body:
        raise UnreadableFile(_("Under the header stands no record."))
    if len(body) > MOST_ENTRIES:
        raise UnreadableFile(usage_problem("too_many", limit=MOST_ENTRIES))
    rows: list[FileRow] = []
    first_seen: dict[str, int] = {}
    for number, cells in body:
        row = _row(number, names, cells)
        record_id = row.cells.get("record_id", "")
        if record_id and record_id in first_seen:
            message = _("The number stands in row %(row)s already.") % {"row": first_seen[record_id]}
            row = FileRow(number, row.cells, None, [("record_id", message), *row.problems])
        else:
            first_seen[record_id] = number
        rows.append(row)
    return rows


def as_csv(rows: list[FileRow]) -> str:
    """Write rows as they were read, under the header of the template, to be mended and sent again."""
    used = [name for name in MORE_COLUMNS if any(row.cells.get(name) for row in rows)]
    names = [*COLUMNS, *used]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.cells.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def _decoded(content: bytes) -> str:
    """Read UTF-8 with or without mark, or GB18030. Raises UnreadableFile."""
    if b"\0" in content:
        raise UnreadableFile(_("This is no text file; save the table as CSV (UTF-8)."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("The characters cannot be read; save the table as CSV (UTF-8)."))


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise UnreadableFile(_("The header lacks: %(names)s.") % {"names": ", ".join(missing)})
    unknown = [name for name in names if name not in COLUMNS + MORE_COLUMNS]
    if unknown:
        told = ", ".join(name[:30] or "—" for name in unknown[:5])
        raise UnreadableFile(_("The header has columns nobody knows: %(names)s.") % {"names": told})
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableFile(_("The header names a column twice: %(names)s.") % {"names": ", ".join(twice)})
    return names


def _row(number: int, names: list[str], values: list[str]) -> FileRow:
    cells = {name: value.strip() for name, value in zip(names, values, strict=False)}
    problems: Problems = [(name, usage_problem("blank")) for name in NEEDED if not cells.get(name)]
    if any(value.strip() for value in values[len(names) :]):
        problems.append(("", _("The row has more cells than the header.")))
    read: dict[str, Any] = {
        "start": _moment(cells.get("start", "")),
        "end": _moment(cells.get("end", "")),
        "effective_hours": _number(cells.get("effective_hours", "")),
        "income": _number(cells.get("income", "") or "0"),
        "startup_hours": _number(cells.get("startup_hours", "") or "0"),
        "processing_hours": _number(cells.get("processing_hours", "") or "0"),
        "samples": _count(cells.get("samples", "") or "0"),
        "station": _count(cells.get("station", "") or "1"),
    }
    blank = {name for name, _message in problems}
    for name, value in read.items():
        if value is None and name not in blank:
            problems.append((name, _WRONG[name]))
    words: dict[str, Any] = {
        "record_id": cells.get("record_id", ""),
        "instrument_code": cells.get("instrument", "").upper(),
        "user_kind": _choice(cells.get("user_kind", ""), UserKind),
        "purpose": _choice(cells.get("purpose", ""), Purpose),
        "user_name": cells.get("user_name", ""),
        "user_unit": cells.get("user_unit", ""),
    }
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


def _moment(text: str) -> dt.datetime | None:
    # Spreadsheets write 2026/3/2 9:00.
    if ":" not in text:
        return None
    try:
        moment = parse_datetime(text.replace("/", "-"))
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.replace(tzinfo=LOCAL) if moment.tzinfo is None else moment


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _count(text: str) -> int | None:
    return int(text) if _COUNT.fullmatch(text) else None


def _choice(text: str, choices: type[TextChoices]) -> str:
    """Return the code a cell means: itself, or the word pages show for it."""
    words = {str(choice.label).lower(): choice.value for choice in choices}
    return words.get(text.lower(), text.lower())
