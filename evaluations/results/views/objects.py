"""A unit's own pages in a round: filling in, the explained result, the rows behind each input."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.entries.models import ReportedValue
from evaluations.entries.queries.coverage import why_not_judged
from evaluations.enums import ObjectKind, RoundState
from evaluations.results.guarded import result_for
from evaluations.results.models import IndicatorScore, Result
from evaluations.results.queries.awards import ShareOfRest, share_of_rest
from evaluations.results.queries.explanation import Explanation, explanation, mean_points
from evaluations.results.queries.rows import entered_rows, measured_rows, rows_of
from evaluations.results.queries.standing import stand_of
from evaluations.results.views.collecting import collecting, live_rows_page, records_shown
from evaluations.rounds.guarded import unit_in_round_for
from evaluations.rounds.permissions import UnitInRound
from evaluations.schemes.queries.schemes import definition_of
from evaluations.schemes.wording.schemes import scheme_words
from evaluations.scoring.definition import COMPUTED, SchemeDefinition, asked_fields
from evaluations.snapshots.queries.names_then import instruments_then
from instruments.inventory.models import Instrument
from members.kept_pages import kept_for_person
from members.permissions import can, roles_of

UNIT = ObjectKind.UNIT.value


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for_person(lambda **_which: ["instruments", "units", "rounds"])
def object_page(
    request: HttpRequest, year: int, unit: str, kind: str = UNIT, instrument: str = ""
) -> HttpResponse:
    """The explained result once it may be seen; while the round collects, the values the unit reports."""
    place = unit_in_round_for(request.user, year, unit, kind)
    machine = get_object_or_404(Instrument, unit=place.unit, code=instrument) if instrument else None
    if place.round.state == RoundState.COLLECTING:
        return collecting(request, place, machine)
    if request.method == "POST":
        raise Http404
    if not can(request.user, "view_unit_result", place):
        return render(
            request, "evaluations/results/unit_waiting.html", {"round": place.round, "unit": place.unit}
        )
    definition = definition_of(place.round.scheme)
    try:
        result = result_for(request.user, place, instrument)
    except Http404:
        if place.round.state == RoundState.DRAFT:
            raise
        return _not_judged(request, place, machine)
    told = explanation(result, definition, get_language() or "", mean_points(place.round.pk))
    return render(
        request,
        "evaluations/results/unit.html",
        {
            "round": place.round,
            "unit": result.unit,
            "instrument": result.instrument,
            "told": told,
            "stand": stand_of(result, definition),
            "rest": _share(told, definition),
            "is_officer": roles_of(request.user).is_officer,
        },
    )


def _share(told: Explanation, definition: SchemeDefinition) -> ShareOfRest | None:
    if told.award is None or definition.award_rule is None:
        return None
    return share_of_rest(told.award, told.result, definition.award_rule)


def _not_judged(request: HttpRequest, place: UnitInRound, machine: Instrument | None) -> HttpResponse:
    """Why there is no result, for those who might look for it."""
    definition = definition_of(place.round.scheme)
    context = {
        "round": place.round,
        "unit": place.unit,
        "instrument": machine,
        "why": why_not_judged(place.round, definition, place.unit, machine),
        "words": scheme_words(place.round.scheme, definition, get_language() or ""),
    }
    return render(request, "evaluations/results/not_judged.html", context)


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
    then = instruments_then(place.round.snapshot_id, [one.pk for one in machines]) if may_see else {}
    return render(
        request,
        "evaluations/results/unit_instruments.html",
        {
            "round": place.round,
            "unit": place.unit,
            "lines": [
                (then.get(one.pk, one), results.get(one.pk), answered.get(one.pk, 0)) for one in machines
            ],
            "asked": sum(1 for _one in asked_fields(definition_of(place.round.scheme))),
            "may_see": may_see,
            "may_score": place.round.state == RoundState.COLLECTING
            and can(request.user, "give_score", place.round),
        },
    )


@login_required
@require_safe
def rows_page(  # noqa: PLR0917
    request: HttpRequest, year: int, unit: str, indicator: str, kind: str = UNIT, instrument: str = ""
) -> HttpResponse:
    """The rows behind one score, with a sum line that equals the input of its formula."""
    place = unit_in_round_for(request.user, year, unit, kind)
    back = (
        reverse("evaluations:unit", args=[year, unit])
        if not instrument
        else reverse("evaluations:instrument_result", args=[year, unit, instrument])
    )
    if place.round.state == RoundState.COLLECTING:
        machine = get_object_or_404(Instrument, unit=place.unit, code=instrument) if instrument else None
        return live_rows_page(request, place, machine, indicator, back)
    result = result_for(request.user, place, instrument)
    definition = definition_of(place.round.scheme)
    leaf = next((one for one in definition.leaves() if one.code == indicator), None)
    score = IndicatorScore.objects.filter(result=result, indicator=indicator).first()
    if leaf is None or score is None:
        raise Http404
    told = explanation(result, definition, get_language() or "")
    computed = leaf.source == COMPUTED
    rows = rows_of(result) if computed else []
    return render(
        request,
        "evaluations/results/rows.html",
        {
            "round": place.round,
            "unit": result.unit,
            "result": result,
            "line": next(one for one in told.lines if one.indicator.code == indicator),
            "measured": measured_rows(rows, leaf, score.inputs) if computed else None,
            **records_shown(
                request,
                place.round,
                rows,
                leaf,
                None if place.round.snapshot is None else place.round.snapshot.started_at,
            ),
            "entered": []
            if computed
            else entered_rows(result, leaf, with_judges=roles_of(request.user).is_officer),
            "back": back,
        },
    )
