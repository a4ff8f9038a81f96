"""The researcher's page: what do I have to do, what is coming?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Person
from notices.kinds import write
from notices.models import Notice
from portal.queries.agenda import agenda

NOTICES = 6


@require_safe
@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show the person's to-dos, coming and past bookings, newest notices."""
    assert isinstance(request.user, Person)
    now = timezone.now()
    language = get_language() or "zh-hans"
    return render(
        request,
        "portal/me.html",
        {
            "agenda": agenda(request.user, now),
            "notices": [
                (notice, write(notice.kind, notice.context, language))
                for notice in Notice.objects.filter(person=request.user)[:NOTICES]
            ],
            "now": now,
        },
    )
