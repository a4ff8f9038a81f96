"""The home page: what is here, and where do I start?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from instruments.forms.catalogue_filter import PageFilter, filled
from instruments.queries.catalogue import catalogue
from notices.models import Announcement
from portal.queries import network as network_queries
from portal.queries.network import Network

SUGGESTIONS = (
    (_("technique"), "扫描电镜"),
    (_("technique"), "XRD"),
    (_("technique"), "液相色谱"),
    (_("unit"), "内蒙古农业大学"),
    (_("field"), "畜牧、兽医科学"),
    (_("sample"), "土壤"),
)
LENGTHS = (60, 120, 240, 480)


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
class GradeCount:
    """One part of the grade bar."""

    code: str
    count: int
    url: str = ""


def tiles(network: Network) -> list[Tile]:
    """Turn the region counts into tiles with a short name and a whole spoken sentence."""
    chinese = (get_language() or "").startswith("zh")
    made = []
    for row in network.regions:
        name = row.region.name_zh if chinese else row.region.name_en
        short = name.removesuffix("市").removesuffix("盟") if chinese else name.removesuffix(" League")
        label = ngettext(
            "%(name)s: %(count)d instrument, %(free)d free this week",
            "%(name)s: %(count)d instruments, %(free)d free this week",
            row.instruments,
        ) % {"name": name, "count": row.instruments, "free": row.free}
        url = f"{reverse('instruments:catalogue')}?region={row.region.code}"
        made.append(Tile(row.region.code, short, row.instruments, url, row.shade, label))
    return made


@require_safe
def finder(request: HttpRequest) -> HttpResponse:
    """Say how many instruments are free as chosen: the same search, and so the same number, as the catalogue's."""
    wanted = PageFilter(filled(request.GET))
    total = catalogue(wanted.chosen).count() if wanted.is_valid() else None
    return render(request, "portal/partials/finder_answer.html", {"total": total})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show search, finder, counts, map, classes and fields, notices and the newest results."""
    network = network_queries.network()
    published = network_queries.newest_published_round()
    today = timezone.localdate()
    return render(
        request,
        "portal/home.html",
        {
            "network": network,
            "tiles": tiles(network),
            "regions": network.regions,
            "suggestions": SUGGESTIONS,
            "lengths": LENGTHS,
            "free_link": network_queries.free_this_week_query(network.as_of),
            "days": [today + dt.timedelta(days=offset) for offset in range(7)],
            "classes": network_queries.classes_at_a_glance(),
            "fields": network_queries.fields_at_a_glance(),
            "announcements": Announcement.objects.filter(published_at__lte=timezone.now())[:6],
            "published": published,
            "grades": [GradeCount(code, count) for code, count in published.grades.items()]
            if published
            else [],
            "now": timezone.now(),
        },
    )
