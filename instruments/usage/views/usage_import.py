"""Views room: a file of usage records: the template, the upload, what became of each row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

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
from instruments.usage.forms.usage_file import COLUMNS, MORE_COLUMNS, FileRow, UsageFileForm, as_csv
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
class ImportResult:
    """What became of a file: how many rows were created, left unchanged, updated and refused, and why."""

    counts: Counter[str]
    problems: list[RefusedCell]
    refused: list[FileRow]

    @property
    def refused_csv(self) -> str:
        """The refused rows as a file of their own."""
        return as_csv(self.refused)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_import(request: HttpRequest, unit: str) -> HttpResponse:
    """Take a CSV file; each row is judged by itself, and the refused ones are listed with the reason."""
    owner = inventory_unit_for(request.user, unit, "record_usage")
    if request.method != "POST":
        if "template" in request.GET:
            return _template(owner)
        return _page(request, owner, UsageFileForm())
    form = UsageFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, owner, form, status=422)
    assert isinstance(request.user, Person)
    try:
        result = _import(form.rows, request.user, owner)
    except NotAllowed:
        raise Http404 from None
    return _page(request, owner, UsageFileForm(), result=result)


def _import(rows: list[FileRow], actor: Person, unit: MemberUnit) -> ImportResult:
    entries = [row.entry for row in rows if row.entry is not None]
    known = {instrument.code for instrument in recordable(actor, unit)}
    outcomes = iter(perform(actor, record_usage, entries, unit=unit, source=UsageSource.IMPORT))
    counts: Counter[str] = Counter(dict.fromkeys(("created", "unchanged", "updated", "refused"), 0))
    problems: list[RefusedCell] = []
    refused: list[FileRow] = []
    for row in rows:
        wrong = row.problems
        status = "refused"
        if row.entry is not None:
            outcome = next(outcomes)
            status, wrong = outcome.status, [(error.field, error.message) for error in outcome.errors]
        elif row.cells.get("instrument", "").upper() not in {"", *known}:
            wrong = [*wrong, ("instrument", usage_problem("unknown_instrument"))]
        counts[status] += 1
        if status == "refused":
            refused.append(row)
            number = row.cells.get("record_id", "")
            problems += [RefusedCell(row.number, number, name, message) for name, message in wrong]
    return ImportResult(counts, problems, refused)


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
    status: int = 200,
) -> HttpResponse:
    context = {
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
