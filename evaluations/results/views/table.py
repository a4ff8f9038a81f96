"""The published table as a file: what the page shows, one row each, for any spreadsheet."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from evaluations.enums import ObjectKind
from evaluations.results.queries.results import as_then, ranked_table, results_of
from evaluations.results.reports.naming import name_of
from evaluations.rounds.guarded import round_for
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from members.permissions import roles_of
from reporting.renderers.csv_file import harmless

BYTE_ORDER_MARK = "\ufeff"


@require_safe
def table(request: HttpRequest, year: int, kind: str = ObjectKind.UNIT.value) -> HttpResponse:
    """The ranked results as CSV; officers get the first-level scores too, as on the page."""
    round_ = round_for(request.user, year, kind)
    rows = (
        _units(round_, with_groups=roles_of(request.user).is_officer)
        if kind == ObjectKind.UNIT
        else _instruments(round_)
    )
    response = HttpResponse(BYTE_ORDER_MARK, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="evaluation-{year}-{kind}.csv"'
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return response


def _units(round_: Round, *, with_groups: bool) -> list[list[str]]:
    ranked = ranked_table(round_, definition_of(round_.scheme))
    groups = [name_of(group) for group in ranked.groups] if with_groups else []
    head = [_("Rank"), _("Unit code"), _("Unit"), _("League or city"), *groups]
    rows = [[*head, pgettext("total", "Score"), _("Grade"), _("Subsidy (yuan)")]]
    for row in (row for section in ranked.sections for row in section.rows):
        unit = row.result.unit
        cells = [str(cell.points) for cell in row.cells] if with_groups else []
        rows.append(
            [
                str(row.result.rank),
                unit.code,
                name_of(unit),
                name_of(unit.region),
                *cells,
                str(row.result.score),
                row.result.get_grade_display(),
                "" if row.award is None else str(row.award.amount),
            ]
        )
    return rows


def _instruments(round_: Round) -> list[list[str]]:
    rows = [[_("Rank"), _("Code"), _("Instrument"), _("Unit"), pgettext("total", "Score"), _("Grade")]]
    for result in as_then(round_, results_of(round_)):
        if result.instrument is not None:
            rows.append(
                [
                    str(result.rank),
                    result.instrument.code,
                    name_of(result.instrument),
                    name_of(result.unit),
                    str(result.score),
                    result.get_grade_display(),
                ]
            )
    return rows
