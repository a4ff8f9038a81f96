"""The home page: what is here, and where do I start?"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notices.models import Announcement
from portal.queries import network as network_queries

SUGGESTIONS = (
    ("technique", "扫描电镜"),
    ("technique", "XRD"),
    ("technique", "液相色谱"),
    ("unit", "内蒙古农业大学"),
    ("field", "畜牧、兽医科学"),
    ("model", "D8 ADVANCE"),
)
LENGTHS = (60, 120, 240, 480)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show search, finder, counts, map, classes and fields, notices and the newest results."""
    network = network_queries.network()
    today = timezone.localdate()
    return render(
        request,
        "portal/home.html",
        {
            "network": network,
            "suggestions": SUGGESTIONS,
            "lengths": LENGTHS,
            "days": [today + dt.timedelta(days=offset) for offset in range(7)],
            "classes": network_queries.classes_at_a_glance(),
            "fields": network_queries.fields_at_a_glance(),
            "announcements": Announcement.objects.filter(published_at__lte=timezone.now())[:6],
            "published": network_queries.newest_published_round(),
            "now": timezone.now(),
        },
    )
