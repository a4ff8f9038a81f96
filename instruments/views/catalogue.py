"""Views room: the catalogue and the comparison of up to four instruments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from display.formats import minutes
from instruments.forms.catalogue_filter import ORDERING_NAMES, PageFilter, filled
from instruments.models import Instrument
from instruments.queries.catalogue import cards_of, catalogue_page, with_names
from instruments.queries.facets import Facet
from instruments.rules.grams import query_words

MOST_COMPARED = 4
LENGTHS = (30, 60, 120, 240, 480)
DAYS_OFFERED = 14
FACET_ORDER = ("instrument_class", "region", "field", "unit", "sharing_mode", "value_band")


@dataclass(frozen=True)
class Chip:
    """One choice that narrows the catalogue, and the address without it."""

    label: str
    url: str


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show the instruments that fit, the facets with counts, and every choice as a chip that can be taken back."""
    clean = filled(request.GET)
    if len(clean) != len(request.GET) or clean.urlencode() != request.GET.urlencode():
        address = reverse("instruments:catalogue")
        return redirect(f"{address}?{clean.urlencode()}" if clean else address)
    wanted = PageFilter(clean)
    found = catalogue_page(
        wanted.chosen, request.user, page=wanted.page_number, page_size=wanted.rows_on_a_page
    )
    today = timezone.localdate()
    context = {
        "found": found,
        "page": found.page,
        "filter": wanted,
        "problems": wanted.problems,
        "headline": _headline(found.total, wanted),
        "facets": sorted(found.facets, key=lambda facet: FACET_ORDER.index(facet.name)),
        "words": query_words(wanted.chosen.q),
        "chips": _chips(clean, found.facets, wanted),
        "orderings": ORDERING_NAMES,
        "ordering": wanted.chosen.ordering or ("relevance" if wanted.chosen.q else "code"),
        "view": wanted.view_name,
        "days": [today + dt.timedelta(days=offset) for offset in range(DAYS_OFFERED)],
        "day": wanted.chosen_day,
        "lengths": LENGTHS,
        "minutes": wanted.chosen.minutes,
        "keep_times": [(name, clean[name]) for name in ("free_from", "free_to", "ordering") if name in clean],
        "keep": [
            (name, value) for name, values in clean.lists() if name not in {"q", "page"} for value in values
        ],
    }
    template = (
        "instruments/partials/results.html"
        if request.headers.get("HX-Target") == "results"
        else "instruments/catalogue.html"
    )
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Put up to four public instruments side by side; a fifth is refused in words and the four stay."""
    codes = list(dict.fromkeys(code for code in request.GET.getlist("code") if "\0" not in code))
    if len(codes) > MOST_COMPARED:
        messages.warning(
            request,
            _("At most %(most)d instruments can be compared; the first ones are shown.")
            % {"most": MOST_COMPARED},
        )
    chosen = codes[:MOST_COMPARED]
    rows = {row.code: row for row in with_names(Instrument.objects.public().filter(code__in=chosen))}
    cards = cards_of([rows[code] for code in chosen if code in rows], request.user, timezone.now())
    return render(request, "instruments/compare.html", {"cards": cards})


def _headline(total: int, wanted: PageFilter) -> str:
    day = wanted.chosen_day
    if day is not None:
        return ngettext(
            "%(total)d instrument is free on that day", "%(total)d instruments are free on that day", total
        ) % {"total": total}
    if not wanted.chosen.is_empty:
        return ngettext("%(total)d instrument fits", "%(total)d instruments fit", total) % {"total": total}
    return ngettext("%(total)d shared instrument", "%(total)d shared instruments", total) % {"total": total}


def _chips(clean: QueryDict, facets: Sequence[Facet], wanted: PageFilter) -> list[Chip]:
    chips = []
    if wanted.chosen.q:
        chips.append(Chip(f"“{wanted.chosen.q}”", _without(clean, "q")))
    if wanted.chosen_day is not None:
        chips.append(
            Chip(_("Free on %(day)s") % {"day": wanted.chosen_day.isoformat()}, _without(clean, "day"))
        )
    elif wanted.chosen.window is not None:
        label = _("Free from %(start)s to %(end)s") % {
            "start": f"{timezone.localtime(wanted.chosen.window[0]):%m-%d %H:%M}",
            "end": f"{timezone.localtime(wanted.chosen.window[1]):%m-%d %H:%M}",
        }
        chips.append(Chip(label, _without(clean, "free_from", "", "free_to")))
    if wanted.chosen.minutes is not None:
        length = minutes(wanted.chosen.minutes, get_language())
        chips.append(Chip(_("At least %(length)s") % {"length": length}, _without(clean, "minutes")))
    chips += [
        Chip(option.label, _without(clean, facet.name, option.value))
        for facet in facets
        for option in facet.options
        if option.chosen
    ]
    if wanted.chosen.min_value is not None or wanted.chosen.max_value is not None:
        chips.append(Chip(_("Original value in a range"), _without(clean, "min_value", "", "max_value")))
    return chips


def _without(clean: QueryDict, name: str, value: str = "", other: str = "") -> str:
    rest = clean.copy()
    if value:
        rest.setlist(name, [kept for kept in rest.getlist(name) if kept != value])
    else:
        rest.pop(name, None)
    rest.pop(other, None)
    rest.pop("page", None)
    address = reverse("instruments:catalogue")
    return f"{address}?{rest.urlencode()}" if rest.urlencode() else address
