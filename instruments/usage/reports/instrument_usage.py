"""The usage of a unit's instruments in a period: totals per instrument, and every record behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from display.formats import is_chinese
from instruments.booking.enums import Purpose
from instruments.inventory.enums import InstrumentState
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.forms.report import InstrumentUsageForm, units_of
from instruments.usage.metrics import UsageTotals
from instruments.usage.queries.usage_report import RecordRows, instruments_of, kept_only, totals_of
from members.models import MemberUnit, Person
from members.permissions import Actor, can
from reporting.document import Column, Document, Figure, Figures, Kind, Note, Row, Section, Table
from reporting.errors import ReportError
from reporting.framing import framed
from reporting.models import ReportRun
from reporting.registry import Parameters, Progress, ReportKind

STEPS = 3
ONLY = "instruments"
ZERO = Decimal("0.00")
SHARE_PLACES = Decimal("0.000001")


def _unit(parameters: Parameters) -> MemberUnit | None:
    return MemberUnit.objects.filter(code=str(parameters["unit"])).first()


def _may_request(person: Actor, parameters: Parameters) -> bool:
    unit = _unit(parameters)
    return unit is not None and can(person, "view_usage", unit)


def _may_download(person: Actor, run: ReportRun) -> bool:
    """Whoever sees the usage of all that the report shows."""
    unit = _unit(run.parameters)
    if unit is None or not isinstance(person, Person) or not can(person, "view_usage", unit):
        return False
    seen, shown = kept_only(person, unit), _only(run.parameters)
    return seen is None or (shown is not None and shown <= seen)


def _noted(person: Actor, parameters: Parameters) -> Parameters:
    """The instruments of a steward, to which the report is limited."""
    unit = _unit(parameters)
    only = kept_only(person, unit) if unit is not None and isinstance(person, Person) else None
    return {} if only is None else {ONLY: sorted(only)}


def _only(parameters: Parameters) -> frozenset[str] | None:
    return frozenset(parameters[ONLY]) if ONLY in parameters else None


def _describe(parameters: Parameters) -> str:
    unit = _unit(parameters)
    return _("Instrument usage %(unit)s, %(start)s to %(end)s") % {
        "unit": parameters["unit"] if unit is None else _name(unit.name_zh, unit.name_en),
        "start": parameters["start"],
        "end": dt.date.fromisoformat(parameters["end"]) - dt.timedelta(days=1),
    }


def build(parameters: Parameters, progress: Progress) -> Document:
    """Totals and records of [start, end), for a steward of what they keep. Raises ReportError when the unit is gone."""
    unit = _unit(parameters)
    if unit is None:
        raise ReportError(_("This unit no longer exists."))
    start, end = dt.date.fromisoformat(parameters["start"]), dt.date.fromisoformat(parameters["end"])
    progress(0, STEPS)
    # Retired instruments are shown when they were used in the period; idle ones in service always.
    only = _only(parameters)
    kept = instruments_of(unit, only)
    totals, whole = totals_of(kept, start, end)
    instruments = [row for row in kept if row.pk in totals or row.state != InstrumentState.RETIRED]
    progress(1, STEPS)
    columns = (
        Column(_("Code"), Kind.TEXT, 4),
        Column(_("Instrument"), Kind.TEXT, 5),
        Column(_("Usage records"), Kind.INTEGER, 2),
        Column(_("Effective hours"), Kind.HOURS, 2),
        Column(_("Internal hours"), Kind.HOURS, 2),
        Column(_("External hours"), Kind.HOURS, 2),
        Column(_("External share"), Kind.PERCENT, 2),
        Column(_("Samples"), Kind.INTEGER, 2),
        Column(_("Income"), Kind.MONEY, 3),
        Column(_("External income"), Kind.MONEY, 3),
    )
    body = tuple(
        (
            instrument.code,
            _name(instrument.name_zh, instrument.name_en),
            *_cells(totals.get(instrument.pk)),
        )
        for instrument in instruments
    )
    figures = Figures(
        (
            Figure(_("Instruments"), len(instruments), Kind.INTEGER),
            Figure(_("Instruments used"), len(totals), Kind.INTEGER),
            Figure(_("Usage records"), whole.records, Kind.INTEGER),
            Figure(_("Effective hours"), whole.effective_hours, Kind.HOURS),
            Figure(_("External hours"), whole.external_hours, Kind.HOURS),
            Figure(_("Samples"), whole.samples, Kind.INTEGER),
            Figure(_("Income"), whole.income, Kind.MONEY),
            Figure(_("External income"), whole.external_income, Kind.MONEY),
        )
    )
    note = Note(
        _(
            "A record counts in the period in which it began. Effective hours are start-up, measurement and "
            "post-processing. Corrected records count with their newest figures."
        )
    )
    totals_table = Table(
        _("Totals per instrument"),
        columns,
        body,
        total=(_("Total"), None, *_cells(whole)),
    )
    document = framed(
        title=_("Usage of instruments"),
        subtitle=_name(unit.name_zh, unit.name_en),
        file_stem=_describe(parameters),
        facts=(
            Figure(_("Unit code"), unit.code),
            Figure(pgettext("first day", "From"), start, Kind.DATE),
            Figure(_("Until (exclusive)"), end, Kind.DATE),
            Figure(
                _("Shown"),
                _("all instruments of the unit")
                if only is None
                else _("only the instruments kept by the person who asked"),
            ),
        ),
        sections=(
            Section(_("Totals"), (figures, note, totals_table)),
            Section(_("Records"), (_records(RecordRows(unit, start, end, only)),)),
        ),
    )
    progress(2, STEPS)
    return document


@dataclass(frozen=True)
class _Records:
    """Records with their codes in words."""

    source: RecordRows

    def __iter__(self) -> Iterator[Row]:
        kinds = {code: str(label) for code, label in UserKind.choices}
        purposes = {code: str(label) for code, label in Purpose.choices}
        sources = {code: str(label) for code, label in UsageSource.choices}
        for (
            record, code, name_zh, name_en, station, start, end, hours, kind, user, user_unit, purpose, samples,
            income, source, served,
        ) in self.source:  # fmt: skip
            yield (
                record, code, _name(name_zh, name_en), station, start, end, hours, kinds[kind], user, user_unit,
                purposes[purpose], samples, income, sources[source], served or "",
            )  # fmt: skip


def _records(source: RecordRows) -> Table:
    return Table(
        _("Usage records"),
        (
            Column(_("Record number"), Kind.TEXT, 3),
            Column(_("Code"), Kind.TEXT, 4),
            Column(_("Instrument"), Kind.TEXT, 4),
            Column(pgettext("at an instrument", "Station"), Kind.INTEGER, 1),
            Column(pgettext("of a time span", "Start"), Kind.MOMENT, 3),
            Column(pgettext("of a time span", "End"), Kind.MOMENT, 3),
            Column(_("Effective hours"), Kind.HOURS, 2),
            Column(_("Kind of user"), Kind.TEXT, 2),
            Column(_("Name of user"), Kind.TEXT, 2),
            Column(_("Unit of user"), Kind.TEXT, 4),
            Column(_("Purpose"), Kind.TEXT, 2),
            Column(_("Samples"), Kind.INTEGER, 2),
            Column(_("Income"), Kind.MONEY, 3),
            Column(_("Source"), Kind.TEXT, 2),
            Column(_("Organisation served"), Kind.TEXT, 4),
        ),
        _Records(source),
        is_data=True,
    )


def _cells(part: UsageTotals | None) -> tuple[int | Decimal | None, ...]:
    if part is None:
        return (0, ZERO, ZERO, ZERO, None, 0, ZERO, ZERO)
    share = (
        (part.external_hours / part.effective_hours).quantize(SHARE_PLACES, rounding=ROUND_HALF_UP)
        if part.effective_hours
        else None
    )
    return (
        part.records,
        part.effective_hours,
        part.internal_hours,
        part.external_hours,
        share,
        part.samples,
        part.income,
        part.external_income,
    )


def _name(name_zh: str, name_en: str) -> str:
    return name_zh if is_chinese(translation.get_language()) or not name_en else name_en


INSTRUMENT_USAGE = ReportKind(
    code="instrument_usage",
    name=gettext_lazy("Instrument usage of a unit"),
    about=gettext_lazy("Hours, samples and income of each instrument in a period, with every record."),
    formats=("xlsx", "csv"),
    form=InstrumentUsageForm,
    offered_to=lambda person: units_of(person).exists(),
    may_request=_may_request,
    may_download=_may_download,
    build=build,
    describe=_describe,
    noted=_noted,
)
