"""Views room: a file of usage records: the template, the upload, what became of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from changes import perform
from instruments.booking.enums import Purpose
from instruments.inventory.guarded import inventory_unit_for
from instruments.usage.actions.usage import MOST_ENTRIES, record_usage
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.errors import usage_problem
from instruments.usage.forms.usage_file import (
    COLUMNS,
    MORE_COLUMNS,
    FileRow,
    UsageFileForm,
    UsagePreviewForm,
    as_csv,
)
from instruments.usage.views.usage import recordable
from members.errors import NotAllowed
from members.models import MemberUnit, Person


@dataclass(frozen=True)
class RefusedCell:
    """Why a row was not written: its number in the file, the field and the sentence."""

    row: int
    record_id: str
    field: str
    message: str | Promise


@dataclass(frozen=True)
class UnusualRow:
    """A row that can be written once somebody says why it is true, and what was said so far."""

    row: FileRow
    messages: list[str]
    because: str


@dataclass(frozen=True)
class ImportResult:
    """What became of a file, or would: how many rows are created, left unchanged, updated and refused, and why.

    `unusual` rows are written only with a reason.
    """

    counts: Counter[str]
    problems: list[RefusedCell]
    refused: list[FileRow]
    unusual: list[UnusualRow]

    @property
    def refused_csv(self) -> str:
        """The refused rows as a file of their own."""
        return as_csv(self.refused)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_import(request: HttpRequest, unit: str) -> HttpResponse:
    """Take a CSV file in two steps: first what would become of each row is shown, then it is written."""
    owner = inventory_unit_for(request.user, unit, "record_usage")
    if request.method != "POST":
        if "template" in request.GET:
            return _template(owner)
        return _page(request, owner, UsageFileForm())
    assert isinstance(request.user, Person)
    seen = UsagePreviewForm(request.POST) if "content" in request.POST else None
    form: UsageFileForm | UsagePreviewForm = seen or UsageFileForm(request.POST, request.FILES)
    if not form.is_valid():
        shown = form if isinstance(form, UsageFileForm) else UsageFileForm()
        return _page(request, owner, shown, status=422)
    writes = seen is not None and "write" in request.POST
    reasons = {} if seen is None else {row.number: seen.because(row) for row in seen.rows}
    try:
        result = _judge(form.rows, request.user, owner, reasons, writes=writes)
    except NotAllowed:
        raise Http404 from None
    if writes:
        return _page(request, owner, UsageFileForm(), result=result)
    text = form.text if isinstance(form, UsageFileForm) else form.cleaned_data["content"]
    return _page(request, owner, UsageFileForm(), result=result, content=text)


def _judge(
    rows: list[FileRow], actor: Person, unit: MemberUnit, reasons: Mapping[int, str], *, writes: bool
) -> ImportResult:
    entries = [
        replace(row.entry, because=reasons.get(row.number, "")) for row in rows if row.entry is not None
    ]
    known = {instrument.code for instrument in recordable(actor, unit)}
    outcomes = iter(
        perform(actor, record_usage, entries, unit=unit, source=UsageSource.IMPORT, only_judge=not writes)
    )
    result = ImportResult(
        Counter(dict.fromkeys(("created", "unchanged", "updated", "refused", "unusual"), 0)), [], [], []
    )
    for row in rows:
        wrong = row.problems
        status = "refused"
        if row.entry is not None:
            outcome = next(outcomes)
            status, wrong = outcome.status, [(error.field, error.message) for error in outcome.errors]
        elif row.cells.get("instrument", "").upper() not in {"", *known}:
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


def _template(owner: MemberUnit) -> HttpResponse:
    # The mark lets spreadsheets open the file as UTF-8.
    content = "\ufeff" + ",".join(COLUMNS) + "\r\n"
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
        "columns": COLUMNS,
        "more_columns": MORE_COLUMNS,
        "most": MOST_ENTRIES,
        "user_kinds": UserKind.choices,
        "purposes": Purpose.choices,
        "instruments": recordable(request.user, owner),
    }
    return render(request, "instruments/usage/usage_import.html", context, status=status)
