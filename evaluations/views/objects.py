"""A unit's own pages in a round: filling in, the explained result, the rows behind each input."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.actions.values import report_value
from evaluations.enums import ObjectKind, RoundState
from evaluations.errors import EvaluationsError, ValueRefused
from evaluations.forms.entry import ReportForm
from evaluations.guarded import result_for, unit_in_round_for
from evaluations.models import IndicatorScore, ReportedValue, Result
from evaluations.permissions import UnitInRound, can
from evaluations.queries.explanation import explanation, mean_points
from evaluations.queries.rows import entered_rows, measured_rows
from evaluations.queries.schemes import asked_fields, definition_of
from evaluations.queries.standing import stand_of
from evaluations.scoring.definition import COMPUTED
from instruments.models import Instrument
from members.permissions import roles_of

UNIT = ObjectKind.UNIT.value


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def object_page(
    request: HttpRequest, year: int, unit: str, kind: str = UNIT, instrument: str = ""
) -> HttpResponse:
    """The explained result once it may be seen; while the round collects, the values the unit reports."""
    place = unit_in_round_for(request.user, year, unit, kind)
    machine = get_object_or_404(Instrument, unit=place.unit, code=instrument) if instrument else None
    if place.round.state == RoundState.COLLECTING:
        return _collecting(request, place, machine)
    if request.method == "POST":
        raise Http404
    if not can(request.user, "view_unit_result", place):
        return render(request, "evaluations/unit_waiting.html", {"round": place.round, "unit": place.unit})
    result = result_for(request.user, place, instrument)
    definition = definition_of(place.round.scheme)
    told = explanation(result, definition, get_language() or "", mean_points(place.round.pk))
    return render(
        request,
        "evaluations/unit.html",
        {
            "round": place.round,
            "unit": place.unit,
            "instrument": machine,
            "told": told,
            "stand": stand_of(result, definition),
            "is_officer": roles_of(request.user).is_officer,
        },
    )


def _collecting(request: HttpRequest, place: UnitInRound, machine: Instrument | None) -> HttpResponse:
    definition = definition_of(place.round.scheme)
    language = get_language() or ""
    stored = {
        value.indicator: value
        for value in ReportedValue.objects.filter(
            round=place.round, unit=place.unit, instrument=machine
        ).select_related("reported_by")
    }
    may_report = can(request.user, "report_value", place)
    if request.method == "POST" and not may_report:
        raise Http404
    form = ReportForm(definition, stored, language, data=request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, place, machine, form):
            messages.success(
                request, _("Saved. You can change the values until the department scores the round.")
            )
            return redirect(request.path)
        status = 422
    asked = list(asked_fields(definition))
    missing = {one.indicator.code: one for one in reversed(asked) if one.field.key not in stored}
    until = place.round.collecting_until
    return render(
        request,
        "evaluations/unit_report.html",
        {
            "round": place.round,
            "unit": place.unit,
            "instrument": machine,
            "form": form,
            "stored": stored,
            "may_report": may_report,
            "asked": len(asked),
            "answered": sum(1 for one in asked if one.field.key in stored),
            "missing": [(one.indicator, form[one.field.key]) for one in reversed(missing.values())],
            "at_stake": sum((one.indicator.points for one in missing.values()), Decimal(0)),
            "days_left": None if until is None else (until - timezone.localdate()).days,
            "last": max(stored.values(), key=lambda value: value.reported_at, default=None),
        },
        status=status,
    )


def _save(request: HttpRequest, place: UnitInRound, machine: Instrument | None, form: ReportForm) -> bool:
    """Report everything filled in, all or nothing; what is refused stands beside its field."""
    try:
        with transaction.atomic():
            for key, value, evidence in form.entries():
                _report_one(request, place, machine, form, (key, value, evidence))
            if form.errors:
                transaction.set_rollback(True)
    except EvaluationsError as refused:
        form.add_error(None, str(refused))
    return not form.errors


def _report_one(
    request: HttpRequest, place: UnitInRound, machine: Instrument | None, form: ReportForm, entry: Any
) -> None:
    key, value, evidence = entry
    try:
        report_value(
            place.round,
            place.unit,
            key,
            value,
            actor=request.user,  # type: ignore[arg-type]
            evidence=evidence,
            instrument=machine,
        )
    except ValueRefused as refused:
        form.add_error(key, str(refused))


@login_required
@require_safe
def unit_instruments(request: HttpRequest, year: int, unit: str) -> HttpResponse:
    """The instruments of a unit in a round for single instruments: results, or how far reporting has come."""
    place = unit_in_round_for(request.user, year, unit, ObjectKind.INSTRUMENT)
    may_see = can(request.user, "view_unit_result", place)
    results = (
        {result.instrument_id: result for result in Result.objects.filter(round=place.round, unit=place.unit)}
        if may_see
        else {}
    )
    answered = dict(
        ReportedValue.objects.filter(round=place.round, unit=place.unit)
        .order_by()
        .values_list("instrument_id")
        .annotate(n=Count("pk"))
    )
    machines = Instrument.objects.filter(unit=place.unit).order_by("code")
    return render(
        request,
        "evaluations/unit_instruments.html",
        {
            "round": place.round,
            "unit": place.unit,
            "lines": [(one, results.get(one.pk), answered.get(one.pk, 0)) for one in machines],
            "asked": sum(1 for _one in asked_fields(definition_of(place.round.scheme))),
            "may_see": may_see,
        },
    )


@login_required
@require_safe
def rows_page(  # noqa: PLR0917
    request: HttpRequest, year: int, unit: str, indicator: str, kind: str = UNIT, instrument: str = ""
) -> HttpResponse:
    """The rows behind one score, with a sum line that equals the input of its formula."""
    place = unit_in_round_for(request.user, year, unit, kind)
    result = result_for(request.user, place, instrument)
    definition = definition_of(place.round.scheme)
    leaf = next((one for one in definition.leaves() if one.code == indicator), None)
    score = IndicatorScore.objects.filter(result=result, indicator=indicator).first()
    if leaf is None or score is None:
        raise Http404
    told = explanation(result, definition, get_language() or "")
    computed = leaf.source == COMPUTED
    back = (
        reverse("evaluations:unit", args=[year, unit])
        if not instrument
        else reverse("evaluations:instrument_result", args=[year, unit, instrument])
    )
    return render(
        request,
        "evaluations/rows.html",
        {
            "round": place.round,
            "unit": place.unit,
            "result": result,
            "line": next(one for one in told.lines if one.indicator.code == indicator),
            "measured": measured_rows(result, leaf, score) if computed else None,
            "entered": [] if computed else entered_rows(result, leaf),
            "back": back,
        },
    )
