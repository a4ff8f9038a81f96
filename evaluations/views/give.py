"""The page on which the department and its experts score what the scheme leaves to judgement."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluations.actions.values import give_score
from evaluations.enums import RoundState
from evaluations.errors import ConflictOfInterest, EvaluationsError, ValueRefused
from evaluations.forms.entry import ScoreForm
from evaluations.guarded import scored_round_for
from evaluations.models import GivenScore, Round
from evaluations.permissions import belongs_to
from evaluations.queries.coverage import judged_units, scoring_gaps
from evaluations.queries.formulas import rule_of
from evaluations.queries.schemes import definition_of, given_indicators
from evaluations.scoring.definition import Given, Indicator
from members.models import MemberUnit, Person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_page(request: HttpRequest, year: int) -> HttpResponse:
    """One indicator for all units on one page; each judge sees and changes only his own scores."""
    round_ = scored_round_for(request.user, year)
    person = request.user
    if not isinstance(person, Person) or round_.state != RoundState.COLLECTING:
        return render(request, "evaluations/give_closed.html", {"round": round_})
    definition = definition_of(round_.scheme)
    indicators = given_indicators(definition)
    wanted = request.GET.get("indicator", indicators[0].code if indicators else "")
    indicator = next((one for one in indicators if one.code == wanted), None)
    if indicator is None:
        if indicators:
            raise Http404
        return render(request, "evaluations/give_closed.html", {"round": round_, "nothing": True})
    units = list(MemberUnit.objects.filter(pk__in=judged_units(round_, definition)).order_by("code"))
    mine = [unit for unit in units if not belongs_to(person, unit)]
    form = ScoreForm(
        indicator,
        mine,
        _own(round_, indicator, person),
        _scale(indicator),
        data=request.POST or None,
    )
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(round_, indicator, form, person):
            messages.success(request, _("Your scores are saved."))
            return redirect(request.get_full_path())
        status = 422
    open_ = {gap.indicator.code: gap.missing for gap in scoring_gaps(round_, definition)}
    return render(
        request,
        "evaluations/give.html",
        {
            "round": round_,
            "indicator": indicator,
            "rule": rule_of(indicator, get_language() or ""),
            "scale": _scale(indicator),
            "tabs": [(one, open_.get(one.code, 0)) for one in indicators],
            "form": form,
            "barred": [unit for unit in units if unit not in mine],
        },
        status=status,
    )


def _scale(indicator: Indicator) -> Decimal:
    function = indicator.function
    return function.scale if isinstance(function, Given) and function.scale is not None else indicator.points


def _own(round_: Round, indicator: Indicator, person: Person) -> dict[int, GivenScore]:
    scores = GivenScore.objects.filter(
        round=round_, indicator=indicator.code, given_by=person, instrument=None
    )
    return {score.unit_id: score for score in scores}


def _save(round_: Round, indicator: Indicator, form: ScoreForm, person: Person) -> bool:
    for unit, value, note in form.entries():
        try:
            give_score(round_, unit, indicator.code, value, actor=person, note=note)
        except (ValueRefused, ConflictOfInterest) as refused:
            form.add_error(f"score:{unit.code}", str(refused))
        except EvaluationsError as refused:
            form.add_error(None, str(refused))
            break
    return not form.errors
