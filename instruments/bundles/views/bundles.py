"""Views room: the page of a set of bookings, and giving back what is left of it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import perform
from instruments.booking.errors import RulesBroken
from instruments.booking.forms.acts import ReasonForm
from instruments.booking.queries.together import booked_together
from instruments.booking.rules.booking_states import UNUSED_STATES, legal_verbs
from instruments.booking.views.booking_life import effective_state
from instruments.bundles.actions.bundles import cancel_bundle
from instruments.bundles.enums import WhenLost
from instruments.bundles.errors import NothingLeft
from instruments.bundles.guarded import bundle_for
from instruments.bundles.models import BookingBundle
from instruments.bundles.queries.bundles import bundle_of, parts_of


@require_safe
@never_cache
@login_required
def bundle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show every part of a set with where it stands."""
    return _page(request, bundle_for(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give back what is left of a set; a GET, as after signing in anew, leads to its page."""
    shown = bundle_for(request.user, pk)
    if request.method != "POST":
        return redirect("instruments:bundle", pk)
    form = ReasonForm(request.POST, auto_id="bundle_%s")
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    try:
        done = perform(request.user, cancel_bundle, shown, reason=form.cleaned_data["reason"])
    except NothingLeft as error:
        messages.error(request, str(error))
    except RulesBroken as error:
        messages.error(request, " ".join(str(problem.message) for problem in error.problems))
    else:
        said = ngettext("%(n)s booking is given back.", "%(n)s bookings are given back.", len(done))
        messages.success(request, said % {"n": len(done)})
    return redirect("instruments:bundle", pk)


def _page(
    request: HttpRequest, shown: BookingBundle, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    parts = [(part, effective_state(part.booking, now)) for part in parts_of(shown)]
    held = [part.booking for part, state in parts if state not in UNUSED_STATES]
    context = {
        "bundle": shown,
        "parts": parts,
        "price": sum((row.price for row in held), start=Decimal(0)),
        "left": sum("cancel" in legal_verbs(state) for _part, state in parts),
        "when_lost": WhenLost(shown.when_lost).label,
        "form": form or ReasonForm(auto_id="bundle_%s"),
        "crumbs": [(_("My page"), reverse("portal:me")), (_("Set of bookings"), "")],
    }
    return render(request, "instruments/bundles/bundle.html", context, status=status)


FUNCTIONS = {"set_of": bundle_of, "moves_with": booked_together}
