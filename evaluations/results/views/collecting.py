"""A unit's page while its round collects: the score as of today, what would help, the values it reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from changes import Work
from evaluations.entries.actions import report_value, values_now, withdraw_value
from evaluations.entries.errors import ValueRefused
from evaluations.entries.forms import ReportForm
from evaluations.entries.models import ReportedValue
from evaluations.entries.views import FieldsWrong, save_entries
from evaluations.results.queries.live import live_rows
from evaluations.results.queries.provisional import Earlier, Provisional, earlier_result, provisional
from evaluations.results.queries.results import window_days, window_left
from evaluations.results.queries.rows import measured_rows, records_behind
from evaluations.rounds.models import Round
from evaluations.rounds.permissions import UnitInRound
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import COMPUTED, Indicator, SchemeDefinition, asked_fields
from evaluations.snapshots.models import SnapshotRow
from instruments.inventory.models import Instrument
from members.permissions import can

Stored = Mapping[str, ReportedValue]
ZERO = Decimal(0)


def collecting(request: HttpRequest, place: UnitInRound, machine: Instrument | None) -> HttpResponse:
    """Show where the unit stands and its form; a POST reports or withdraws what was changed."""
    definition = definition_of(place.round.scheme)
    stored = _stored(place, machine)
    is_open = place.round.is_open_for(place.unit.pk)
    may_report = is_open and can(request.user, "report_value", place)
    if request.method == "POST" and not may_report:
        raise Http404
    form = ReportForm(definition, stored, get_language() or "", data=request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, place, machine, form):
            return redirect(request.path)
        status = 422
    stand, _rows = _standing(place, machine, definition, stored)
    earlier = stand.earlier
    context = {
        "round": place.round,
        "unit": place.unit,
        "instrument": machine,
        "form": form,
        "may_report": may_report,
        "is_open": is_open,
        "stand": stand,
        "days_left_to_object": 0
        if earlier is None
        else window_left(earlier.result.round, timezone.localdate()),
        "window_days": 0 if earlier is None else window_days(earlier.result.round),
        **_progress(place.round, definition, form, stored),
    }
    return render(request, "evaluations/results/unit_report.html", context, status=status)


def live_rows_page(
    request: HttpRequest, place: UnitInRound, machine: Instrument | None, indicator: str, back: str
) -> HttpResponse:
    """The rows behind one score as of today; only what is computed from usage has any. Raises Http404."""
    definition = definition_of(place.round.scheme)
    leaf = next((one for one in definition.leaves() if one.code == indicator), None)
    stand, rows = _standing(place, machine, definition, _stored(place, machine))
    inputs = stand.inputs.get(indicator, {})
    if leaf is None or leaf.source != COMPUTED or not inputs.get("metric"):
        raise Http404
    return render(
        request,
        "evaluations/results/rows.html",
        {
            "round": place.round,
            "unit": place.unit,
            "stand": stand,
            "line": next(one for one in stand.lines if one.indicator.code == indicator),
            "measured": measured_rows(rows, leaf, inputs),
            **records_shown(request, place.round, rows, leaf, timezone.now()),
            "back": back,
        },
    )


def records_shown(
    request: HttpRequest,
    round_: Round,
    rows: Sequence[SnapshotRow],
    leaf: Indicator,
    moment: dt.datetime | None,
) -> dict[str, object]:
    """The usage records of the instrument that the address names, if it names one of the rows. Raises Http404."""
    code = request.GET.get("records")
    if code is None:
        return {}
    row = next((one for one in rows if one.instrument_code == code), None)
    if row is None or moment is None:
        raise Http404
    records = records_behind(row, round_, moment, leaf.metric)
    return {
        "records_of": row,
        "records": records,
        "hours": sum((one.effective_hours for one in records), ZERO),
    }


def _stored(place: UnitInRound, machine: Instrument | None) -> dict[str, ReportedValue]:
    values = ReportedValue.objects.filter(round=place.round, unit=place.unit, instrument=machine)
    return {value.indicator: value for value in values.select_related("reported_by", "round")}


def _standing(
    place: UnitInRound, machine: Instrument | None, definition: SchemeDefinition, stored: Stored
) -> tuple[Provisional, list[Any]]:
    rows = live_rows(place.round, place.unit, definition.scope, machine)
    earlier: Earlier | None = earlier_result(
        place.round, place.unit.pk, None if machine is None else machine.pk
    )
    reported = {key: value.value for key, value in stored.items()}
    now, language = timezone.now(), get_language() or ""
    return provisional(place.round, definition, rows, reported, earlier, language, now=now), rows


def _progress(
    round_: Round, definition: SchemeDefinition, form: ReportForm, stored: Stored
) -> dict[str, object]:
    """How far reporting has come: what is missing, what it is worth, how long there is time."""
    asked = list(asked_fields(definition))
    missing = {one.indicator.code: one for one in reversed(asked) if one.field.key not in stored}
    until = round_.collecting_until
    return {
        "asked": len(asked),
        "answered": sum(1 for one in asked if one.field.key in stored),
        "missing": [(one.indicator, form[one.field.key]) for one in reversed(missing.values())],
        "at_stake": sum((one.indicator.points for one in missing.values()), Decimal(0)),
        "days_left": None if until is None else (until - timezone.localdate()).days,
        "last": max(stored.values(), key=lambda value: value.reported_at, default=None),
    }


def _save(request: HttpRequest, place: UnitInRound, machine: Instrument | None, form: ReportForm) -> bool:
    late_from = place.round.late_from
    told = partial(_saved_sentences, is_late=late_from is not None and timezone.now() >= late_from)
    return save_entries(request, form, lambda work: _save_all(work, place, machine, form), told)


def _save_all(
    work: Work, place: UnitInRound, machine: Instrument | None, form: ReportForm
) -> tuple[int, int]:
    """Report and withdraw in one change; return how many of each. Raises FieldsWrong when a field was refused."""
    reported = withdrawn = 0
    now = values_now(work, place.round, place.unit, instrument=machine)
    if form.overtaken(form.showing(now), by={key: str(row.reported_by) for key, row in now.items()}):
        raise FieldsWrong
    for key, value, evidence in form.entries():
        if value is None:
            withdrawn += withdraw_value(work, place.round, place.unit, key, instrument=machine)
            continue
        try:
            report_value(work, place.round, place.unit, key, value, evidence=evidence, instrument=machine)
        except ValueRefused as refused:
            form.add_error(key, str(refused))
        reported += 1
    if form.errors:
        raise FieldsWrong
    return reported, withdrawn


def _saved_sentences(reported: int, withdrawn: int, *, is_late: bool) -> list[str]:
    if not reported and not withdrawn:
        return [_("Nothing was changed.")]
    told = []
    if reported:
        told.append(_("Saved. You can change the values until the department scores the round."))
    if reported and is_late:
        told.append(_("The last day has passed: these values are marked as reported late."))
    if withdrawn:
        told.append(_("What you cleared is withdrawn and counts as not reported."))
    return told
