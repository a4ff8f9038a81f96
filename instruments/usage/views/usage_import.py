"""Views room: a file of usage records: the template, the upload, what became of each row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from changes import perform
from folding.characters import code
from instruments.booking.enums import Purpose
from instruments.inventory.guarded import inventory_unit_for
from instruments.usage.actions.usage import MOST_ENTRIES, record_usage
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.errors import usage_problem
from instruments.usage.forms.usage_file import (
    FileRow,
    UsageFileForm,
    UsagePreviewForm,
    UsageTable,
    as_csv,
)
from instruments.usage.forms.usage_words import COLUMNS, MORE_COLUMNS, example, heading
from instruments.usage.views.usage import recordable
from members.models import MemberUnit, Person
from members.permissions import Actor


@dataclass(frozen=True)
class RefusedCell:
    """Why a row was not written: its number in the file, the field and the sentence."""

    row: int
    record_id: str
    field: str
    message: str | Promise

    @property
    def heading(self) -> str:
        """The column as the file and this page call it; a dash for what concerns the whole row."""
        return heading(self.field) if self.field in (*COLUMNS, *MORE_COLUMNS) else self.field or "—"


@dataclass(frozen=True)
class UnusualRow:
    """A row that can be written once somebody says why it is true, and what was said so far."""

    row: FileRow
    messages: list[str]
    because: str


@dataclass(frozen=True)
class ImportResult:
    """What became of a file, or would: how many rows are created, left unchanged, updated and refused, and why.

    `unusual` rows are written only with a reason; `left_out` hold no record.
    """

    counts: Counter[str]
    problems: list[RefusedCell]
    refused: list[FileRow]
    left_out: list[int]
    unusual: list[UnusualRow]

    @property
    def refused_csv(self) -> str:
        """The refused rows as a file of their own."""
        return as_csv(self.refused)

    @property
    def writable(self) -> bool:
        """Whether writing the file would change anything, or could once a reason is given."""
        return any(self.counts[status] for status in ("created", "updated", "unusual"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_import(request: HttpRequest, unit: str) -> HttpResponse:
    """Take a CSV file in two steps: first what would become of each row is shown, then it is written."""
    owner = inventory_unit_for(request.user, unit, "record_usage")
    if request.method != "POST":
        if "template" in request.GET:
            return _template(request.user, owner)
        return _page(request, owner, UsageFileForm())
    assert isinstance(request.user, Person)
    seen = UsagePreviewForm(request.POST) if "content" in request.POST else None
    form: UsageFileForm | UsagePreviewForm = seen or UsageFileForm(request.POST, request.FILES)
    if not form.is_valid():
        shown = form if isinstance(form, UsageFileForm) else UsageFileForm()
        return _page(request, owner, shown, status=422)
    writes = seen is not None and "write" in request.POST
    reasons = {} if seen is None else {row.number: seen.because(row) for row in seen.table.rows}
    result = _judge(form.table, request.user, owner, reasons, writes=writes)
    if writes:
        return _page(request, owner, UsageFileForm(), result=result)
    text = form.text if isinstance(form, UsageFileForm) else form.cleaned_data["content"]
    return _page(request, owner, UsageFileForm(), result=result, content=text)


def _judge(
    table: UsageTable, actor: Person, unit: MemberUnit, reasons: Mapping[int, str], *, writes: bool
) -> ImportResult:
    kept = recordable(actor, unit)
    known = {instrument.code for instrument in kept}
    # A unit's own number of an instrument is as good as ours, unless it is the code of another one.
    own = {code(i.inner_id).upper(): i.code for i in kept if i.inner_id}
    entries = [
        replace(
            row.entry,
            # A look asks again about what has its reason by now: the reason stays to be read and changed.
            because=reasons.get(row.number, "") if writes else "",
            instrument_code=row.entry.instrument_code
            if row.entry.instrument_code in known
            else own.get(row.entry.instrument_code, row.entry.instrument_code),
        )
        for row in table.rows
        if row.entry is not None
    ]
    outcomes = iter(
        perform(actor, record_usage, entries, unit=unit, source=UsageSource.IMPORT, only_judge=not writes)
    )
    counts = Counter(dict.fromkeys(("created", "unchanged", "updated", "refused", "unusual"), 0))
    result = ImportResult(counts, [], [], table.left_out, [])
    for row in table.rows:
        wrong = row.problems
        status = "refused"
        if row.entry is not None:
            outcome = next(outcomes)
            status, wrong = outcome.status, [(error.field, error.message) for error in outcome.errors]
        elif not any(name == "instrument" for name, _message in wrong) and _is_unknown(
            row, known | own.keys()
        ):
            wrong = [*wrong, ("instrument", usage_problem("unknown_instrument"))]
        result.counts[status] += 1
        if status == "unusual":
            messages = [str(message) for _name, message in wrong]
            result.unusual.append(UnusualRow(row, messages, reasons.get(row.number, "")))
        if status == "refused" or (status == "unusual" and writes):
            result.refused.append(row)
            number = row.cells.get("record_id", "")
            result.problems.extend(RefusedCell(row.number, number, name, message) for name, message in wrong)
    return result


def _is_unknown(row: FileRow, known: set[str]) -> bool:
    return code(row.cells.get("instrument", "")).upper() not in known


def _template(actor: Actor, owner: MemberUnit) -> HttpResponse:
    # The mark lets spreadsheets open the file as UTF-8.
    out = io.StringIO("\ufeff", newline="")
    out.seek(0, io.SEEK_END)
    first = next((row.code for row in recordable(actor, owner)), f"{owner.code}-001")
    csv.writer(out).writerows([[heading(name) for name in COLUMNS], example(first)])
    content = out.getvalue()
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="usage-{owner.code}.csv"'
    return response


def _page(
    request: HttpRequest,
    owner: MemberUnit,
    form: UsageFileForm,
    *,
    result: ImportResult | None = None,
    content: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "content": content,
        "is_preview": content is not None,
        "unit": owner,
        "form": form,
        "result": result,
        "columns": [(name, heading(name)) for name in COLUMNS],
        "more_columns": [(name, heading(name)) for name in MORE_COLUMNS],
        "most": MOST_ENTRIES,
        "user_kinds": UserKind.choices,
        "purposes": Purpose.choices,
        "instruments": recordable(request.user, owner),
    }
    return render(request, "instruments/usage/usage_import.html", context, status=status)
