"""The way from a unit's own pages to its newest round."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from evaluations.enums import ObjectKind
from evaluations.rounds.models import Round
from evaluations.rounds.permissions import UnitInRound
from members.permissions import can
from members.permissions import can as members_can
from members.queries.units import unit_by_code


@require_safe
@login_required
def newest(request: HttpRequest, unit: str) -> HttpResponse:
    """Go to the unit's own page in the newest round its people may see, or to the list where there is none."""
    owner = unit_by_code(unit)
    if owner is None or not members_can(request.user, "view_unit_people", owner):
        raise Http404
    for round_ in Round.objects.filter(kind=ObjectKind.UNIT).select_related("scheme").order_by("-year"):
        if can(request.user, "view_unit_page", UnitInRound(round_, owner)):
            return redirect("evaluations:unit", round_.year, owner.code)
    return redirect("evaluations:index")
