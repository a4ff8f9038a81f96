"""The directory of units and one unit's page."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from instruments.inventory.models import Instrument
from members.enums import UnitKind
from members.guarded import unit_for
from members.kept_pages import kept_for_readers
from members.models import Region
from portal.forms import UnitFilter
from portal.queries import units as unit_queries

PAGE = 24


@require_safe
@kept_for_readers(60, lambda: ["instruments", "units"])
def units(request: HttpRequest) -> HttpResponse:
    """List the member units, narrowed by words, region and kind."""
    chosen = UnitFilter(request.GET).chosen
    found = list(unit_queries.directory(**chosen))
    return render(
        request,
        "portal/units.html",
        {
            "units": found,
            "shared_total": sum(unit.shared_count for unit in found),  # type: ignore[attr-defined]
            **chosen,
            "regions": Region.objects.all(),
            "kinds": UnitKind.choices,
        },
    )


@require_safe
@kept_for_readers(60, lambda code: ["instruments", "units", "rounds", "usage"])
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show one unit: who it is, its figures of the last full and the running year, its instruments, its results."""
    shown = unit_for(request.user, code)
    year = timezone.localdate().year
    this_year = unit_queries.figures(shown, year)
    instruments = (
        Instrument.objects.public()
        .filter(unit=shown)
        .select_related("instrument_class", "region")
        .order_by("code")
    )
    page = Paginator(instruments, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/unit.html",
        {
            "unit": shown,
            "this_year": this_year,
            "years": [this_year, unit_queries.figures(shown, year - 1)],
            "page": page,
            "results": unit_queries.published_results(shown),
        },
    )
