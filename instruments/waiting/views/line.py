"""Views room: who waits on the instruments that somebody keeps."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from instruments.booking.queries.bookings import in_custody_of
from instruments.inventory.models import Instrument
from instruments.waiting.queries.lines import waiting_on


@require_safe
@never_cache
@login_required
def line(request: HttpRequest) -> HttpResponse:
    """Show who waits for what, in order; 404 for whoever keeps no instrument."""
    kept = list(
        Instrument.objects.filter(in_custody_of(request.user)).only("pk", "code", "name_zh", "name_en")
    )
    if not kept:
        raise Http404
    context = {
        "lines": waiting_on(kept, timezone.now()),
        "crumbs": [(_("Desk"), reverse("instruments:desk")), (_("Who waits"), "")],
    }
    return render(request, "instruments/waiting/line.html", context)
