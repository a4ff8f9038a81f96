"""The score card of one unit: its result with every indicator, its rule and its numbers."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evaluations.enums import ObjectKind
from evaluations.results.forms import ScoreCardForm, units_of
from evaluations.results.models import Result
from evaluations.results.queries.explanation import ExplainedScore, Explanation, explanation, mean_points
from evaluations.results.queries.results import as_then
from evaluations.results.reports.freshness import is_current, noted
from evaluations.results.reports.instrument_rows import instrument_table
from evaluations.results.reports.naming import language, name_of
from evaluations.rounds.models import Round
from evaluations.rounds.permissions import UnitInRound
from evaluations.schemes.queries.schemes import definition_of
from evaluations.snapshots.queries.names_then import units_then
from members.models import MemberUnit
from members.permissions import Actor, can
from reporting.document import (
    Bar,
    BarChart,
    Block,
    Column,
    Document,
    Facts,
    Figure,
    Figures,
    Kind,
    Note,
    Paragraph,
    Section,
    Table,
)
from reporting.errors import ReportError
from reporting.framing import framed
from reporting.models import ReportRun
from reporting.registry import Parameters, Progress, ReportKind

STEPS = 4


def _place(parameters: Parameters) -> UnitInRound | None:
    round_ = (
        Round.objects.select_related("scheme", "snapshot")
        .filter(year=int(parameters["year"]), kind=ObjectKind.UNIT)
        .first()
    )
    unit = MemberUnit.objects.select_related("region").filter(code=str(parameters["unit"])).first()
    return None if round_ is None or unit is None else UnitInRound(round_, unit)


def _may_request(person: Actor, parameters: Parameters) -> bool:
    return can(person, "view_unit_result", _place(parameters))


def _may_download(person: Actor, run: ReportRun) -> bool:
    return can(person, "view_unit_result", _place(run.parameters))


def _describe(parameters: Parameters) -> str:
    place = _place(parameters)
    unit = None if place is None else units_then(place.round.snapshot_id).get(place.unit.pk, place.unit)
    return _("Score card %(year)s: %(unit)s") % {
        "year": parameters["year"],
        "unit": parameters["unit"] if unit is None else name_of(unit),
    }


def build(parameters: Parameters, progress: Progress) -> Document:
    """The score card. Raises ReportError when the unit has no result in that year."""
    place = _place(parameters)
    result = (
        None
        if place is None
        else Result.objects.select_related("round", "unit", "unit__region")
        .filter(round=place.round, unit=place.unit, instrument=None)
        .first()
    )
    if place is None or result is None or place.round.snapshot is None:
        raise ReportError(
            _("This unit has no result in the evaluation of %(year)s.") % {"year": parameters["year"]}
        )
    progress(0, STEPS)
    round_, snapshot = place.round, place.round.snapshot
    (result,) = as_then(round_, [result])
    unit = result.unit
    definition = definition_of(round_.scheme)
    explained = explanation(result, definition, language(), mean_points(round_.pk))
    judged = Result.objects.filter(round=round_, instrument=None).count()
    progress(1, STEPS)
    document = framed(
        title=_("Score card of the annual evaluation, %(year)s") % {"year": round_.year},
        subtitle=name_of(unit),
        file_stem=_describe(parameters),
        facts=(
            Figure(_("Unit code"), unit.code),
            Figure(_("League or city"), name_of(unit.region)),
            Figure(_("Scheme"), f"{name_of(round_.scheme)} v{round_.scheme.version}"),
            Figure(_("State of the round"), round_.get_state_display()),
        ),
        sections=(
            _result(result, explained, judged),
            Section(
                _("Indicators"),
                (
                    Paragraph(
                        _("Each indicator with its rule, and the rule with this unit's numbers put in.")
                    ),
                    _indicators(explained),
                ),
                wide=True,
            ),
            Section(
                _("Instruments"),
                (instrument_table(snapshot, [unit.pk]),),
                wide=True,
            ),
        ),
        seal=_("Digest of the round: %(digest)s") % {"digest": round_.digest} if round_.digest else "",
    )
    progress(2, STEPS)
    return document


def _result(result: Result, explained: Explanation, judged: int) -> Section:
    award = explained.award
    blocks: list[Block] = [
        Figures(
            (
                Figure(
                    pgettext("total", "Score"),
                    result.score,
                    Kind.SCORE,
                    note=_("of %(total)s") % {"total": explained.total},
                ),
                Figure(
                    _("Rank"), result.rank, Kind.INTEGER, note=_("of %(count)s units") % {"count": judged}
                ),
                Figure(_("Grade"), result.get_grade_display()),
                Figure(_("Award"), None if award is None else award.amount, Kind.MONEY),
            )
        ),
        Note(explained.reason),
        _groups(explained.lines),
    ]
    if award is not None:
        blocks.append(
            Facts(
                (
                    Figure(_("Base sum"), award.base, Kind.MONEY),
                    Figure(_("Performance part"), award.performance, Kind.MONEY),
                    Figure(_("Award"), award.amount, Kind.MONEY),
                )
            )
        )
    return Section(_("Result"), tuple(blocks), new_page=True)


def _groups(lines: tuple[ExplainedScore, ...]) -> BarChart:
    groups = [line for line in lines if line.level == 1]
    return BarChart(
        _("Points by first-level indicator"),
        (_("points earned"), _("points not earned")),
        tuple(
            Bar(
                name_of(line.indicator),
                (max(line.points, Decimal(0)), max(line.loss, Decimal(0))),
                f"{line.points:f} / {line.full:f}",
            )
            for line in groups
        ),
        _("Points earned and not earned in each first-level indicator."),
        ("accent", "line"),
    )


def _indicators(explained: Explanation) -> Table:
    return Table(
        _("Points of each indicator"),
        (
            Column(_("Indicator"), Kind.TEXT, 4),
            Column(_("Full points"), Kind.SCORE, 2),
            Column(_("Points earned"), Kind.SCORE, 2),
            Column(_("Mean of all units"), Kind.SCORE, 2),
            Column(_("Source"), Kind.TEXT, 2),
            Column(_("Rule"), Kind.TEXT, 5),
            Column(_("With this unit's numbers"), Kind.TEXT, 6),
        ),
        tuple(
            (
                name_of(line.indicator),
                line.full,
                line.points,
                line.mean,
                str(line.source),
                "" if line.indicator.is_group else line.rule,
                "\n".join(filter(None, [line.measured, line.filled])),
            )
            for line in explained.lines
        ),
        levels=tuple(line.level for line in explained.lines),
    )


UNIT_SCORE_CARD = ReportKind(
    code="unit_score_card",
    name=gettext_lazy("Score card of a unit"),
    about=gettext_lazy("One unit's result with every indicator, its rule and its numbers."),
    formats=("pdf",),
    form=ScoreCardForm,
    offered_to=lambda person: units_of(person).exists(),
    may_request=_may_request,
    may_download=_may_download,
    build=build,
    describe=_describe,
    noted=noted,
    is_current=is_current,
)
