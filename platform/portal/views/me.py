"""The researcher's page: what do I have to do, what is coming?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Person
from notices.models import Notice
from portal.queries.agenda import agenda


@require_safe
@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show the person's to-dos, coming and past bookings, newest notices."""
    assert isinstance(request.user, Person)
    now = timezone.now()
    return render(
        request,
        "portal/me.html",
        {
            "agenda": agenda(request.user, now),
            "notices": Notice.objects.filter(person=request.user)[:6],
            "now": now,
        },
    )
