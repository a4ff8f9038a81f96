"""The annual evaluation report: what the department publishes of one round, from its frozen rows alone."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from display.formats import rounded
from evaluations.enums import ObjectKind
from evaluations.results.forms import WITH_RESULTS, AnnualEvaluationForm
from evaluations.results.queries.report_figures import SnapshotSums, Sums, snapshot_sums
from evaluations.results.queries.results import RankedRow, RankedTable, ranked_table
from evaluations.results.reports.freshness import is_current, noted
from evaluations.results.reports.instrument_rows import instrument_table
from evaluations.results.reports.method import method_section
from evaluations.results.reports.naming import language, name_of
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.snapshots.models import MetricSnapshot
from evaluations.snapshots.queries.names_then import regions_then
from members.models import Region
from members.permissions import Actor, roles_of
from reporting.document import (
    Bar,
    BarChart,
    Column,
    ColumnChart,
    Document,
    Figure,
    Figures,
    Kind,
    Note,
    Paragraph,
    Row,
    Section,
    Table,
)
from reporting.errors import ReportError
from reporting.framing import framed
from reporting.models import ReportRun
from reporting.registry import Parameters, Progress, ReportKind

STEPS = 5
GRADE_TONES = ("accent", "primary", "quiet", "bad")


def _may_request(person: Actor, _parameters: Parameters) -> bool:
    return roles_of(person).is_officer


def _may_download(person: Actor, _run: ReportRun) -> bool:
    return roles_of(person).is_officer


def _describe(parameters: Parameters) -> str:
    return _("Annual evaluation report %(year)s") % {"year": parameters["year"]}


def build(parameters: Parameters, progress: Progress) -> Document:
    """The whole report. Raises ReportError when the year has no results."""
    year = int(parameters["year"])
    round_ = (
        Round.objects.select_related("scheme", "snapshot")
        .filter(year=year, kind=ObjectKind.UNIT, state__in=WITH_RESULTS)
        .first()
    )
    if round_ is None or round_.snapshot is None:
        raise ReportError(_("The evaluation of %(year)s has no results yet.") % {"year": year})
    progress(0, STEPS)
    definition = definition_of(round_.scheme)
    table = ranked_table(round_, definition)
    progress(1, STEPS)
    rows = [row for section in table.sections for row in section.rows]
    rows.sort(key=lambda row: (row.result.rank, row.result.unit.code))
    sums = snapshot_sums(round_.snapshot, [row.result for row in rows])
    regions = regions_then(row.result.unit for row in rows)
    progress(2, STEPS)
    period = {"start": round_.data_start, "end": round_.data_end}
    document = framed(
        title=_("Annual evaluation report on the open sharing of large scientific instruments, %(year)s")
        % {"year": year},
        subtitle=_("Results, awards and method"),
        file_stem=_describe(parameters),
        facts=(
            Figure(_("Data from"), period["start"], Kind.MOMENT),
            Figure(_("Data until (exclusive)"), period["end"], Kind.MOMENT),
            Figure(_("Scheme"), f"{name_of(round_.scheme)} v{round_.scheme.version}"),
            Figure(_("State of the round"), round_.get_state_display()),
            Figure(_("Made final"), round_.finalised_at, Kind.MOMENT),
        ),
        sections=(
            _overview(round_, table, sums, regions),
            _ranking(table, rows),
            _grades(table),
            _awards(table, rows),
            _by_region(sums, regions),
            _by_unit(rows, sums),
            method_section(round_, definition),
            _evidence(round_, round_.snapshot, rows),
        ),
        seal=_("Digest of the round: %(digest)s") % {"digest": round_.digest} if round_.digest else "",
    )
    progress(3, STEPS)
    return document


def _overview(round_: Round, table: RankedTable, sums: SnapshotSums, regions: list[Region]) -> Section:
    total = sums.all
    words = ngettext(
        "%(units)s unit was judged in %(year)s, with %(instruments)s instruments in scope.",
        "%(units)s units were judged in %(year)s, with %(instruments)s instruments in scope.",
        table.judged,
    ) % {"units": table.judged, "year": round_.year, "instruments": f"{total.instruments:,}"}
    hours = _(
        "They ran %(effective)s effective hours, %(external)s of them for users outside the owning unit: "
        "%(mean)s effective and %(mean_external)s external hours per instrument."
    ) % {
        "effective": f"{total.effective:,.2f}",
        "external": f"{total.external:,.2f}",
        "mean": _plain(total.mean_effective),
        "mean_external": _plain(total.mean_external),
    }
    money = ngettext(
        "Of the budget of ¥%(budget)s, ¥%(awarded)s goes to %(count)s unit.",
        "Of the budget of ¥%(budget)s, ¥%(awarded)s goes to %(count)s units.",
        table.awarded_units,
    ) % {
        "budget": f"{table.budget:,.2f}",
        "awarded": f"{table.awarded:,.2f}",
        "count": table.awarded_units,
    }
    figures = Figures(
        (
            Figure(_("Units judged"), table.judged, Kind.INTEGER),
            Figure(_("Instruments in scope"), total.instruments, Kind.INTEGER),
            Figure(_("Effective hours per instrument"), total.mean_effective, Kind.HOURS, _("h")),
            Figure(_("External hours per instrument"), total.mean_external, Kind.HOURS, _("h")),
            Figure(_("Share of external hours"), total.external_share, Kind.PERCENT),
            Figure(_("Income from external users"), total.external_income, Kind.MONEY),
            Figure(_("Budget"), table.budget, Kind.MONEY),
            Figure(_("Units awarded"), table.awarded_units, Kind.INTEGER),
        )
    )
    grades = ColumnChart(
        _("Units by grade"),
        tuple(
            Bar(str(section.grade.label), (Decimal(len(section.rows)),), str(len(section.rows)))
            for section in table.sections
        ),
        _("How many units have each grade."),
        GRADE_TONES,
    )
    return Section(
        _("Overview"),
        (Paragraph(_joined(words, hours, money)), figures, grades, _region_chart(sums, regions)),
        new_page=True,
    )


def _region_chart(sums: SnapshotSums, regions: list[Region]) -> BarChart:
    bars = []
    for region in regions:
        part = sums.by_region.get(region.code)
        if part is None:
            continue
        external = part.mean_external or Decimal(0)
        effective = part.mean_effective or Decimal(0)
        bars.append(Bar(name_of(region), (effective - external, external), f"{rounded(effective, 2):,.2f}"))
    return BarChart(
        _("Effective hours per instrument by league and city"),
        (_("for the owning unit"), _("for external users")),
        tuple(bars),
        _("Effective hours per instrument of each league and city, internal and external."),
        ("primary", "accent"),
    )


def _ranking(table: RankedTable, rows: list[RankedRow]) -> Section:
    columns = (
        Column(_("Rank"), Kind.INTEGER, 2),
        Column(_("Unit"), Kind.TEXT, 6),
        Column(_("League or city"), Kind.TEXT, 3),
        *(Column(f"{name_of(group)} ({group.points:f})", Kind.SCORE, 3) for group in table.groups),
        Column(pgettext("total", "Score"), Kind.SCORE, 2),
        Column(_("Grade"), Kind.TEXT, 2),
    )
    body: tuple[Row, ...] = tuple(
        (
            row.result.rank,
            name_of(row.result.unit),
            name_of(row.result.unit.region),
            *(cell.points for cell in row.cells),
            row.result.score,
            row.result.get_grade_display(),
        )
        for row in rows
    )
    means: Row = (None, _("Mean of all units"), None, *table.means, None, None)
    return Section(
        _("Ranking"),
        (Table(_("Scores, ranks and grades"), columns, body, total=means),),
        new_page=True,
        wide=len(table.groups) > 4,
    )


def _grades(table: RankedTable) -> Section:
    columns = (
        Column(_("Grade"), Kind.TEXT, 2),
        Column(_("Cut-off"), Kind.DECIMAL, 2),
        Column(_("Quota"), Kind.INTEGER, 2),
        Column(_("Units"), Kind.INTEGER, 2),
        Column(_("Reached, but quota full"), Kind.INTEGER, 3),
        Column(_("Awards"), Kind.MONEY, 4),
    )
    body = tuple(
        (
            str(section.grade.label),
            section.cut_off,
            section.quota,
            len(section.rows),
            section.over,
            section.money,
        )
        for section in table.sections
    )
    total = (_("Total"), None, None, table.judged, None, table.awarded)
    return Section(_("Grades"), (Table(_("Grade lines and quotas"), columns, body, total=total),))


def _awards(table: RankedTable, rows: list[RankedRow]) -> Section:
    awarded = [(row, row.award) for row in rows if row.award is not None and row.award.amount]
    awarded.sort(key=lambda pair: (-pair[1].amount, pair[0].result.rank))
    if not awarded:
        return Section(_("Awards"), (Paragraph(_("No award was given in this round.")),))
    columns = (
        Column(_("Unit"), Kind.TEXT, 6),
        Column(_("Grade"), Kind.TEXT, 2),
        Column(pgettext("total", "Score"), Kind.SCORE, 2),
        Column(_("Base sum"), Kind.MONEY, 3),
        Column(_("Performance part"), Kind.MONEY, 3),
        Column(_("Award"), Kind.MONEY, 3),
    )
    body = tuple(
        (
            name_of(row.result.unit),
            row.result.get_grade_display(),
            row.result.score,
            award.base,
            award.performance,
            award.amount,
        )
        for row, award in awarded
    )
    total = (_("Total"), None, None, table.base, table.performance, table.awarded)
    if table.difference:
        remark = _("¥%(rest)s of the budget of ¥%(budget)s could not be awarded under the rule.") % {
            "rest": f"{table.difference:,.2f}",
            "budget": f"{table.budget:,.2f}",
        }
    else:
        remark = _("The awards add up to the budget of ¥%(budget)s to the fen.") % {
            "budget": f"{table.budget:,.2f}"
        }
    return Section(
        _("Awards"),
        (Table(_("Awards to units"), columns, body, total=total), Note(remark)),
        new_page=True,
    )


def _by_region(sums: SnapshotSums, regions: list[Region]) -> Section:
    columns = (
        Column(_("League or city"), Kind.TEXT, 4),
        Column(_("Units"), Kind.INTEGER, 2),
        *_sum_columns(),
    )
    body = tuple(
        (name_of(region), part.units, *_sum_cells(part))
        for region in regions
        if (part := sums.by_region.get(region.code)) is not None
    )
    total = (_("Total"), sums.all.units, *_sum_cells(sums.all))
    return Section(
        _("Leagues and cities"),
        (Table(_("Figures by league and city"), columns, body, total=total),),
        wide=True,
    )


def _by_unit(rows: list[RankedRow], sums: SnapshotSums) -> Section:
    columns = (Column(_("Unit"), Kind.TEXT, 6), *_sum_columns())
    body = tuple((name_of(row.result.unit), *_sum_cells(sums.by_unit[row.result.unit_id])) for row in rows)
    total = (_("Total"), *_sum_cells(sums.all))
    return Section(_("The units"), (Table(_("Figures by unit"), columns, body, total=total),), wide=True)


def _sum_columns() -> tuple[Column, ...]:
    return (
        Column(_("Instruments"), Kind.INTEGER, 2),
        Column(_("Effective hours"), Kind.HOURS, 3),
        Column(_("External hours"), Kind.HOURS, 3),
        Column(_("External share"), Kind.PERCENT, 2),
        Column(_("Effective hours per instrument"), Kind.HOURS, 3),
        Column(_("External hours per instrument"), Kind.HOURS, 3),
        Column(_("Income"), Kind.MONEY, 3),
    )


def _sum_cells(part: Sums) -> tuple[int | Decimal | None, ...]:
    return (
        part.instruments,
        part.effective,
        part.external,
        part.external_share,
        part.mean_effective,
        part.mean_external,
        part.income,
    )


def _evidence(round_: Round, snapshot: MetricSnapshot, rows: list[RankedRow]) -> Section:
    text = _(
        "All figures are those of snapshot %(number)s, whose rows can no longer change. The digest of the round "
        "covers scheme, snapshot, results and awards; whoever holds the rows can verify it."
    ) % {"number": snapshot.number}
    facts = Figures(
        (
            Figure(_("Snapshot"), snapshot.number, Kind.INTEGER),
            Figure(pgettext("a snapshot", "Taken"), snapshot.finished_at, Kind.MOMENT),
        )
    )
    return Section(
        _("Evidence"),
        (
            Paragraph(text),
            facts,
            instrument_table(snapshot, [row.result.unit_id for row in rows], only_in=frozenset({"xlsx"})),
        ),
    )


def _plain(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def _joined(*sentences: str) -> str:
    return "".join(sentences) if language().startswith("zh") else " ".join(sentences)


ANNUAL_EVALUATION = ReportKind(
    code="annual_evaluation",
    name=gettext_lazy("Annual evaluation report"),
    about=gettext_lazy("Ranking, grades, awards and method of one year's evaluation, for publication."),
    formats=("pdf", "xlsx"),
    form=AnnualEvaluationForm,
    offered_to=lambda person: roles_of(person).is_officer,
    may_request=_may_request,
    may_download=_may_download,
    build=build,
    describe=_describe,
    noted=noted,
    is_current=is_current,
)
