"""Views room: the catalogue of instruments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from display.formats import local_datetime, minutes, short_day
from folding.words import seen_words
from instruments.catalogue.forms.catalogue import PAGE_ORDERINGS, PageFilter, filled
from instruments.catalogue.queries.catalogue import CataloguePage, catalogue_page
from instruments.catalogue.queries.facets import Facet
from instruments.catalogue.queries.nearest import near_words
from instruments.catalogue.queries.ranking import sort_of
from instruments.catalogue.queries.relaxation import best_relaxation
from instruments.inventory.enums import InstrumentState
from instruments.terms.rules.booking_policy import USUAL_MINUTES
from members.kept_pages import kept_for_readers

LENGTHS = (30, 60, 120, 240, 480)
FACET_ORDER = (
    "free",
    "max_price",
    "at_once",
    "instrument_class",
    "region",
    "field",
    "unit",
    "sharing_mode",
    "value_band",
)
OUTSIDE_THE_FORM = (
    "free_from",
    "free_to",
    "ordering",
    "view",
    "min_value",
    "max_value",
    "state",
    "page_size",
)


@dataclass(frozen=True)
class Chip:
    """One choice that narrows the catalogue, the parameters it comes from, and the address without it."""

    label: str
    url: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class DayChoice:
    """One day of the two-week calendar: how many are free, and whether it is chosen; a full day cannot be."""

    day: dt.date
    count: int
    chosen: bool


@dataclass(frozen=True)
class WayOut:
    """The one choice to take away where nothing fits: what it is called, the address without it, what comes back."""

    label: str
    url: str
    count: int


@require_safe
@kept_for_readers(60, lambda: ["instruments", "units"])
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show the instruments that fit, the facets with counts, and every choice as a chip that can be taken back."""
    clean = filled(request.GET)
    if len(clean) != len(request.GET) or clean.urlencode() != request.GET.urlencode():
        address = reverse("instruments:catalogue")
        return redirect(f"{address}?{clean.urlencode()}" if clean else address)
    wanted = PageFilter(clean)
    now = timezone.now()
    found = catalogue_page(
        wanted.chosen, request.user, page=wanted.page_number, page_size=wanted.rows_on_a_page, now=now
    )
    chips = _chips(clean, found.facets, wanted)
    swapped = request.headers.get("HX-Target") == "results"
    calendar = [DayChoice(day, count, day in wanted.chosen.days) for day, count in found.days]
    near = [] if found.total or not wanted.chosen.q else _near_words(clean, found)
    context = {
        "found": found,
        "page": found.page,
        "filter": wanted,
        "typed": clean.get("q", ""),
        "problems": wanted.told,
        "headline": _headline(found.total, wanted),
        "facets": sorted(found.facets, key=lambda facet: FACET_ORDER.index(facet.name)),
        "words": seen_words(wanted.chosen.q),
        "chips": chips,
        "near_words": near,
        "way_out": None if found.total or (near and len(chips) == 1) else _way_out(request, found, chips),
        "orderings": [row for row in PAGE_ORDERINGS if row[0] != "relevance" or wanted.chosen.q],
        "ordering": sort_of(wanted.chosen),
        "view": wanted.view_name,
        "calendar": calendar,
        "blanks": range(found.days[0][0].weekday()),
        "any_hour": wanted.chosen.any_hour,
        "other_days": [day for day in wanted.chosen.days if day not in dict(found.days)],
        "lengths": LENGTHS,
        "usual": USUAL_MINUTES,
        "minutes": wanted.chosen.minutes,
        "keep_hidden": _pairs(clean, lambda name: name in OUTSIDE_THE_FORM),
        "keep": _pairs(clean, lambda name: name not in {"q", "page"}),
        "swapped": swapped,
    }
    template = "instruments/booking/partials/swap.html" if swapped else "instruments/catalogue/catalogue.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _headline(total: int, wanted: PageFilter) -> str:
    days = wanted.chosen.days
    if len(days) == 1:
        day = short_day(days[0], get_language(), timezone.localdate())
        return ngettext(
            "%(total)d instrument is free on %(day)s", "%(total)d instruments are free on %(day)s", total
        ) % {"total": total, "day": day}
    if days:
        return ngettext(
            "%(total)d instrument is free on the days you chose",
            "%(total)d instruments are free on the days you chose",
            total,
        ) % {"total": total}
    if not wanted.chosen.is_empty:
        return ngettext("%(total)d instrument fits", "%(total)d instruments fit", total) % {"total": total}
    return ngettext("%(total)d shared instrument", "%(total)d shared instruments", total) % {"total": total}


def _chips(clean: QueryDict, facets: Sequence[Facet], wanted: PageFilter) -> list[Chip]:
    chosen, language = wanted.chosen, get_language()
    chips = []
    if chosen.q:
        chips.append(_chip(f"“{chosen.q}”", clean, ("q",)))
    if chosen.days:
        chips.append(_chip(_days_label(chosen.days, language), clean, ("day",)))
    if chosen.window is not None:
        label = _("Free from %(start)s to %(end)s") % {
            "start": local_datetime(chosen.window[0], language),
            "end": local_datetime(chosen.window[1], language),
        }
        chips.append(_chip(label, clean, ("free_from", "free_to")))
    if chosen.minutes is not None:
        label = _("At least %(length)s") % {"length": minutes(chosen.minutes, language)}
        chips.append(_chip(label, clean, ("minutes",)))
    chips += [
        _chip(option.label, clean, (facet.name,), option.value)
        for facet in facets
        for option in facet.options
        if option.chosen
    ]
    if chosen.any_hour:
        chips.append(_chip(_("Nights and weekends too"), clean, ("hours",)))
    if chosen.states:
        words = ", ".join(str(InstrumentState(state).label) for state in chosen.states)
        chips.append(_chip(words, clean, ("state",)))
    if chosen.min_value is not None or chosen.max_value is not None:
        chips.append(_chip(_("Original value in a range"), clean, ("min_value", "max_value")))
    return chips


def _days_label(days: Sequence[dt.date], language: str | None) -> str:
    today = timezone.localdate()
    first, last = (short_day(day, language, today) for day in (days[0], days[-1]))
    if len(days) == 1:
        return _("Free on %(day)s") % {"day": first}
    if (days[-1] - days[0]).days == len(days) - 1:
        return _("Free on a day from %(first)s to %(last)s") % {"first": first, "last": last}
    return ngettext("Free on %(n)d chosen day", "Free on one of %(n)d chosen days", len(days)) % {
        "n": len(days)
    }


def _way_out(request: HttpRequest, found: CataloguePage, chips: Sequence[Chip]) -> WayOut | None:
    best = best_relaxation(found.selection)
    if best is None:
        return None
    meant = [chip for chip in chips if set(chip.names) & set(best.names)]
    clean = request.GET.copy()
    return WayOut(", ".join(chip.label for chip in meant), _chip("", clean, best.names).url, best.count)


def _near_words(clean: QueryDict, found: CataloguePage) -> list[Chip]:
    """Return the words to look for instead, each with how many fit and the address that looks for it."""
    offers = []
    for near in near_words(found.selection):
        other = clean.copy()
        other.pop("page", None)
        other["q"] = near.word
        label = f"{near.word} ({near.count})"
        offers.append(Chip(label, f"{reverse('instruments:catalogue')}?{other.urlencode()}", ("q",)))
    return offers


def _chip(label: str, clean: QueryDict, names: tuple[str, ...], value: str = "") -> Chip:
    rest = clean.copy()
    rest.pop("page", None)
    for name in names:
        kept = [other for other in rest.getlist(name) if value and other != value]
        rest.setlist(name, kept)
        if not kept:
            rest.pop(name)
    address = reverse("instruments:catalogue")
    return Chip(label, f"{address}?{rest.urlencode()}" if rest else address, names)


def _pairs(clean: QueryDict, wanted: Callable[[str], bool]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in clean.lists() if wanted(name) for value in values]
