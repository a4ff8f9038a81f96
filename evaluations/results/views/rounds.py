"""Public pages: the published rounds, and one round with its rule and results."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from evaluations.entries.queries.coverage import completeness
from evaluations.enums import ObjectKind, RoundState
from evaluations.results.queries.results import (
    as_then,
    grade_counts,
    ranked_table,
    results_of,
    window_days,
    window_left,
)
from evaluations.rounds.guarded import round_for
from evaluations.rounds.models import Round
from evaluations.rounds.permissions import PUBLIC_STATES
from evaluations.rounds.queries import rounds_visible_to, withdrawn_round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.schemes.wording.schemes import scheme_words
from members.kept_pages import kept_for_readers
from members.permissions import roles_of

PAGE_SIZE = 50


@require_safe
@kept_for_readers(60, lambda: ["rounds", "units"])
def index(request: HttpRequest) -> HttpResponse:
    """The published rounds, newest first; one's own units, and rounds waiting for one's scores."""
    roles = roles_of(request.user)
    rounds = list(rounds_visible_to(request.user))
    published = [round_ for round_ in rounds if round_.state in PUBLIC_STATES]
    collecting = (
        Round.objects.filter(state=RoundState.COLLECTING)
        if roles.is_officer or roles.is_expert or roles.units
        else Round.objects.none()
    )
    return render(
        request,
        "evaluations/results/index.html",
        {
            "entries": [(round_, grade_counts(round_)) for round_ in published[:20]],
            "collecting": collecting,
            "may_score": roles.is_officer or roles.is_expert,
            "is_officer": roles.is_officer,
        },
    )


@require_safe
@kept_for_readers(60, lambda **_which: ["rounds", "units"])
def round_page(request: HttpRequest, year: int, kind: str = ObjectKind.UNIT.value) -> HttpResponse:
    """One round: grades, ranked table, the scheme in words, the publicity window and how to object.

    Results that were public and are taken back answer so (410), for links to them are about.
    """
    try:
        round_ = round_for(request.user, year, kind)
    except Http404:
        withdrawn = withdrawn_round(year, kind)
        if withdrawn is None:
            raise
        return render(request, "evaluations/results/withdrawn.html", {"round": withdrawn}, status=410)
    definition = definition_of(round_.scheme)
    today = timezone.localdate()
    context = {
        "round": round_,
        "counts": grade_counts(round_),
        "words": scheme_words(round_.scheme, definition, get_language() or ""),
        "publicity_days": window_days(round_),
        "days_left": window_left(round_, today),
        "is_officer": roles_of(request.user).is_officer,
        "own_units": roles_of(request.user).units,
    }
    if kind == ObjectKind.UNIT:
        context["table"] = ranked_table(round_, definition)
        if round_.state == RoundState.COLLECTING:
            context["collected"] = completeness(round_, definition)
        return render(request, "evaluations/results/round.html", context)
    page = Paginator(results_of(round_), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = as_then(round_, page.object_list)
    context["page"] = page
    return render(request, "evaluations/results/instrument_round.html", context)
