"""Views room: who stands in for the stewards of an instrument: naming and ending."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from display.refusals import show_refusal
from instruments.inventory.actions.deputies import end_deputy, name_deputy
from instruments.inventory.errors import InvalidDeputy
from instruments.inventory.guarded import unit_instrument_for
from instruments.inventory.queries.deputies import deputies_of
from instruments.inventory.views import stewards
from members.permissions import can


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def name(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Name a deputy of a steward of this instrument; a GET, as after signing in anew, leads to its stewards."""
    shown = unit_instrument_for(request.user, unit, code, "edit_instrument")
    form = stewards.deputy_form_of(shown, request.user, request.POST)
    if form is None:
        raise Http404
    if request.method != "POST":
        return redirect("instruments:stewards", unit, code)
    if not form.is_valid():
        return stewards.page(request, shown, deputy_form=form, status=422)
    data = form.cleaned_data
    try:
        named = perform(
            request.user,
            name_deputy,
            shown.unit,
            data["person"],
            data["deputy"],
            first_day=data["first_day"],
            last_day=data["last_day"],
        )
    except InvalidDeputy as refusal:
        show_refusal(form, refusal)
        return stewards.page(request, shown, deputy_form=form, status=422)
    said = _("%(deputy)s stands in for %(person)s, and has been told.")
    messages.success(request, said % {"deputy": named.deputy, "person": named.person})
    return redirect("instruments:stewards", unit, code)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def end(request: HttpRequest, unit: str, code: str, pk: int) -> HttpResponse:
    """End it at once; a GET, as after signing in anew, leads to the stewards."""
    shown = unit_instrument_for(request.user, unit, code, "edit_instrument")
    row = next((one for one in deputies_of(shown, timezone.localdate()) if one.pk == pk), None)
    if row is None or not can(request.user, "name_deputy", row):
        raise Http404
    if request.method == "POST":
        ended = perform(request.user, end_deputy, row)
        said = _("%(deputy)s no longer stands in for %(person)s.")
        messages.success(request, said % {"deputy": ended.deputy, "person": ended.person})
    return redirect("instruments:stewards", unit, code)
