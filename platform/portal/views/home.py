"""The home page: what is here, and where do I start?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from instruments.availability.queries.free_times import coming_days
from instruments.catalogue.forms.catalogue import FOUR_CITIES, PageFilter, filled
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.finder import STRIP, Found
from instruments.catalogue.queries.finder import finder as find
from members.kept_pages import kept_for_readers
from notices.models import Announcement
from portal.queries import network as network_queries
from portal.queries.network import Network

SUGGESTIONS = (
    (_("technique"), _("scanning electron microscope")),
    (_("technique"), "XRD"),
    (_("technique"), _("liquid chromatography")),
    (_("unit"), _("Inner Mongolia Agricultural University")),
    (pgettext_lazy("of science", "field"), _("veterinary science")),
    (_("sample"), _("soil")),
)
LENGTHS = (60, 120, 240, 480)
USUAL_LENGTH = 240
WEST_TO_EAST = (
    "152900", "150800", "150300", "150200", "150600", "150100",
    "150900", "152500", "150400", "150500", "152200", "150700",
)  # fmt: skip
"""The order of the tiles for the keyboard and for listening: from Alxa to Hulunbuir."""


SOFT_BREAKS = {
    name.replace("\N{SOFT HYPHEN}", ""): name
    for name in (
        "Hulun\N{SOFT HYPHEN}buir",
        "Bayan\N{SOFT HYPHEN}nur",
        "Tong\N{SOFT HYPHEN}liao",
        "Chi\N{SOFT HYPHEN}feng",
        "Ulan\N{SOFT HYPHEN}qab",
        "Xilin\N{SOFT HYPHEN}gol",
        "Hing\N{SOFT HYPHEN}gan",
    )
}
"""Where a long name may break on a narrow tile."""


@dataclass(frozen=True)
class Tile:
    """One league or city on the schematic map."""

    code: str
    name: str
    count: int
    url: str
    shade: int
    label: str


@dataclass(frozen=True)
class StripDay:
    """One day of the finder: how many are free, and whether it is chosen; a full one cannot be."""

    day: dt.date
    count: int
    chosen: bool


@dataclass(frozen=True)
class GradeCount:
    """One part of the grade bar."""

    code: str
    count: int
    url: str = ""


def tiles(network: Network) -> list[Tile]:
    """Turn the region counts into tiles with a short name and a whole spoken sentence."""
    chinese = (get_language() or "").startswith("zh")
    made = []
    known = {row.region.code: row for row in network.regions}
    codes = [
        *(code for code in WEST_TO_EAST if code in known),
        *(code for code in known if code not in WEST_TO_EAST),
    ]
    for row in (known[code] for code in codes):
        name = row.region.name_zh if chinese else row.region.name_en
        short = name.removesuffix("市").removesuffix("盟") if chinese else name.removesuffix(" League")
        short = SOFT_BREAKS.get(short, short)
        label = ngettext(
            "%(name)s: %(count)d instrument, %(free)d free this week",
            "%(name)s: %(count)d instruments, %(free)d free this week",
            row.instruments,
        ) % {"name": name, "count": row.instruments, "free": row.free}
        url = f"{reverse('instruments:catalogue')}?region={row.region.code}"
        made.append(Tile(row.region.code, short, row.instruments, url, row.shade, label))
    return made


@require_safe
@kept_for_readers(60, lambda: ["instruments"])
def finder(request: HttpRequest) -> HttpResponse:
    """Say how many instruments are free as chosen, by day and in all: the same search as the catalogue's."""
    wanted = PageFilter(filled(request.GET))
    found = find(wanted.chosen, request.user, timezone.now()) if wanted.is_valid() else None
    context = {
        "found": found,
        "strip": _strip(found, wanted.chosen.days),
        "has_days": bool(wanted.chosen.days),
    }
    return render(request, "portal/partials/finder_answer.html", context)


@require_safe
@kept_for_readers(60, lambda: ["instruments", "units", "rounds", "announcements"])
def home(request: HttpRequest) -> HttpResponse:
    """Show search, finder, counts, map, classes and fields, notices and the newest results."""
    now = timezone.now()
    network = network_queries.network()
    published = network_queries.newest_published_round()
    week = tuple(coming_days(now, STRIP))
    found = find(CatalogueFilters(minutes=USUAL_LENGTH, days=week), request.user, now)
    free = [day for day, count in found.days if count]
    return render(
        request,
        "portal/home.html",
        {
            "network": network,
            "tiles": tiles(network),
            "regions": network.regions,
            "suggestions": SUGGESTIONS,
            "lengths": LENGTHS,
            "usual_length": USUAL_LENGTH,
            "four_cities": FOUR_CITIES,
            "free_count": network_queries.free_this_week(now, request.user),
            "free_link": network_queries.free_this_week_query(),
            "found": found,
            "strip": _strip(found, free),
            "has_days": True,
            "classes": network_queries.classes_at_a_glance(),
            "fields": network_queries.fields_at_a_glance(),
            "announcements": Announcement.objects.filter(published_at__lte=now)[:6],
            "published": published,
            "grades": [GradeCount(code, count) for code, count in published.grades.items()]
            if published
            else [],
            "now": now,
        },
    )


def _strip(found: Found | None, chosen: Collection[dt.date]) -> list[StripDay]:
    return [StripDay(day, count, day in chosen) for day, count in found.days] if found else []
