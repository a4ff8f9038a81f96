"""The pages on which the department and its experts score what the scheme leaves to judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.boundfield import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from changes import Work, perform
from changes.errors import NotAllowed, Refusal
from evaluations.entries.actions import give_score, own_scores_now, withdraw_score
from evaluations.entries.errors import ConflictOfInterest, ScoreNeedsReason, ValueRefused
from evaluations.entries.forms import NOTE, SCORE, EnteredForm, Judged, ScoreForm
from evaluations.entries.permissions import belongs_to
from evaluations.entries.queries.coverage import judged_instruments, judged_units, scoring_gaps
from evaluations.entries.queries.entered import EnteredRow, own_scores, reported_by_unit
from evaluations.enums import ObjectKind, RoundState
from evaluations.rounds.errors import UnitClosed
from evaluations.rounds.guarded import scored_round_for
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.schemes.wording.formulas import rule_of
from evaluations.scoring.definition import Given, Indicator, SchemeDefinition, given_indicators
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Person

Line = tuple[Judged, BoundField, BoundField, list[EnteredRow]]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_page(request: HttpRequest, year: int) -> HttpResponse:
    """One indicator for all units on one page; each judge sees and changes only their own scores."""
    round_ = scored_round_for(request.user, year)
    person = request.user
    if not isinstance(person, Person) or round_.state != RoundState.COLLECTING:
        return render(request, "evaluations/entries/give_closed.html", {"round": round_})
    definition = definition_of(round_.scheme)
    indicator = _wanted(request, definition)
    if indicator is None:
        return render(request, "evaluations/entries/give_closed.html", {"round": round_, "nothing": True})
    units = list(MemberUnit.objects.filter(pk__in=judged_units(round_, definition)).order_by("code"))
    mine = [unit for unit in units if not belongs_to(person, unit)]
    form = ScoreForm(
        mine,
        own_scores(round_, indicator.code, person),
        _scale(indicator),
        get_language() or "",
        data=request.POST or None,
    )
    if request.method == "POST" and form.is_valid() and _save(request, round_, indicator, form):
        return redirect(request.get_full_path())
    context = _context(round_, definition, indicator, form) | {
        "barred": [unit for unit in units if unit not in mine],
        "rows": _with_evidence(form, reported_by_unit(round_, definition)),
    }
    return render(
        request, "evaluations/entries/give.html", context, status=422 if request.method == "POST" else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_instruments(request: HttpRequest, year: int) -> HttpResponse:
    """One indicator for the instruments of one unit on one page, in a round that judges single instruments."""
    round_ = scored_round_for(request.user, year, ObjectKind.INSTRUMENT)
    person = request.user
    if not isinstance(person, Person) or round_.state != RoundState.COLLECTING:
        return render(request, "evaluations/entries/give_closed.html", {"round": round_})
    definition = definition_of(round_.scheme)
    indicator = _wanted(request, definition)
    units = list(MemberUnit.objects.filter(pk__in=judged_units(round_, definition)).order_by("code"))
    if indicator is None or not units:
        return render(request, "evaluations/entries/give_closed.html", {"round": round_, "nothing": True})
    unit = next((one for one in units if one.code == request.GET.get("unit", units[0].code)), None)
    if unit is None:
        raise Http404
    barred = belongs_to(person, unit)
    machines: list[Instrument] = [] if barred else list(judged_instruments(round_, definition, unit))
    form = ScoreForm(
        machines,
        own_scores(round_, indicator.code, person, unit),
        _scale(indicator),
        get_language() or "",
        data=request.POST or None,
    )
    if request.method == "POST" and form.is_valid() and _save(request, round_, indicator, form, unit):
        return redirect(request.get_full_path())
    place = units.index(unit)
    context = _context(round_, definition, indicator, form) | {
        "unit": unit,
        "units": units,
        "before": units[place - 1] if place else None,
        "after": units[place + 1] if place + 1 < len(units) else None,
        "is_barred": barred,
        "rows": _with_evidence(form, {}),
    }
    return render(
        request,
        "evaluations/entries/give_instruments.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


def _wanted(request: HttpRequest, definition: SchemeDefinition) -> Indicator | None:
    """The indicator the address names, else the first; None if the scheme leaves nothing to judgement."""
    indicators = given_indicators(definition)
    if not indicators:
        return None
    code = request.GET.get("indicator", indicators[0].code)
    found = next((one for one in indicators if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _context(
    round_: Round, definition: SchemeDefinition, indicator: Indicator, form: ScoreForm
) -> dict[str, object]:
    known = round_.kind == ObjectKind.UNIT or round_.snapshot_id is not None
    open_ = {gap.indicator.code: gap.missing for gap in scoring_gaps(round_, definition)} if known else {}
    return {
        "round": round_,
        "indicator": indicator,
        "rule": rule_of(indicator, get_language() or ""),
        "scale": _scale(indicator),
        "tabs": [(one, open_.get(one.code, 0)) for one in given_indicators(definition)],
        "form": form,
        "before_snapshot": not known,
    }


def _with_evidence(form: ScoreForm, reported: Mapping[int, list[EnteredRow]]) -> list[Line]:
    return [(one, score, note, reported.get(one.pk, [])) for one, score, note in form.rows()]


def _scale(indicator: Indicator) -> Decimal:
    function = indicator.function
    return function.scale if isinstance(function, Given) and function.scale is not None else indicator.points


class FieldsWrong(Exception):
    """Some fields of the form were refused; each stands beside its field, and nothing is saved."""


def save_entries(
    request: HttpRequest,
    form: EnteredForm,
    save_all: Callable[[Work], tuple[int, int]],
    told: Callable[[int, int], Sequence[str]],
) -> bool:
    """Enter and withdraw everything changed as one change; what is refused stands in the form, what is done is told.

    `save_all` returns how many were entered and withdrawn, or raises FieldsWrong.
    """
    try:
        entered, withdrawn = perform(request.user, save_all)
    except FieldsWrong:
        return False
    except NotAllowed:
        raise
    except Refusal as refused:
        form.add_error(None, str(refused))
        return False
    for sentence in told(entered, withdrawn):
        messages.success(request, sentence)
    return True


def _save(
    request: HttpRequest,
    round_: Round,
    indicator: Indicator,
    form: ScoreForm,
    unit: MemberUnit | None = None,
) -> bool:
    return save_entries(
        request, form, lambda work: _save_all(work, round_, indicator, form, unit), _saved_sentences
    )


def _save_all(
    work: Work, round_: Round, indicator: Indicator, form: ScoreForm, unit: MemberUnit | None
) -> tuple[int, int]:
    """Give and withdraw in one change; return how many of each. Raises FieldsWrong when a field was refused."""
    given = withdrawn = 0
    if form.overtaken(form.showing(own_scores_now(work, round_, indicator.code, unit))):
        raise FieldsWrong
    for one, value, note in form.entries():
        place, machine = _place(one, unit)
        if value is None:
            withdrawn += withdraw_score(work, round_, place, indicator.code, instrument=machine)
            continue
        try:
            give_score(work, round_, place, indicator.code, value, note=note, instrument=machine)
        except (ValueRefused, ConflictOfInterest, UnitClosed) as refused:
            form.add_error(SCORE + one.code, str(refused))
        except ScoreNeedsReason as refused:
            form.add_error(NOTE + one.code, str(refused))
        given += 1
    if form.errors:
        raise FieldsWrong
    return given, withdrawn


def _place(one: Judged, unit: MemberUnit | None) -> tuple[MemberUnit, Instrument | None]:
    if isinstance(one, MemberUnit):
        return one, None
    assert isinstance(one, Instrument)
    assert unit is not None
    return unit, one


def _saved_sentences(given: int, withdrawn: int) -> Sequence[str]:
    if not given and not withdrawn:
        return [_("Nothing was changed.")]
    told = [_("Your scores are saved.")] if given else []
    return [*told, _("The scores you cleared are withdrawn.")] if withdrawn else told
