"""Views room: the stewards of one instrument: who keeps it, giving and ending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from changes import StaleVersion, perform
from changes.errors import Refusal, Unresolved
from display.hits import asked, choices_in
from display.refusals import show_refusal
from display.templatetags.display import local_date
from display.versions import seen_in
from instruments.inventory.actions.stewards import end_stewardship, give_stewardship
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.forms.stewards import DeputyForm, EndForm, StewardForm
from instruments.inventory.guarded import unit_instrument_for
from instruments.inventory.models import Deputy, Instrument, Stewardship
from instruments.inventory.queries.deputies import deputies_of
from instruments.inventory.queries.parts import parts_of
from instruments.inventory.queries.stewards import stewardships_of
from members.permissions import Actor, can


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def stewards(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """List who keeps the instrument, kept it, will keep it; managers name another."""
    shown = unit_instrument_for(request.user, unit, code, "edit_instrument")
    if request.method != "POST":
        return page(request, shown, StewardForm(instrument=shown))
    if not can(request.user, "edit_stewards", shown):
        raise Http404
    form = StewardForm(request.POST, instrument=shown)
    if form.is_valid():
        data = form.cleaned_data
        try:
            given = perform(
                request.user,
                give_stewardship,
                shown,
                data["person"],
                valid_from=data["valid_from"],
                seen=seen_in(request.POST),
            )
        except InvalidInstrument as refusal:
            show_refusal(form, refusal)
        except StaleVersion:
            return page(request, shown, form, overtaken=True, status=409)
        except Refusal as refusal:
            form.add_error("person", str(refusal))
        else:
            messages.success(
                request, _("%(person)s keeps the instrument.") % {"person": given.person.display_name}
            )
            return redirect("instruments:stewards", unit, code)
    return page(request, shown, form, status=422)


@require_POST
@login_required
def end(request: HttpRequest, unit: str, code: str, pk: int) -> HttpResponse:
    """End a stewardship; the managers of the unit keep an instrument that has no steward."""
    shown = unit_instrument_for(request.user, unit, code, "edit_stewards")
    row = stewardships_of(shown).filter(pk=pk).first()
    if row is None:
        raise Http404
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["valid_to"])))
        return redirect("instruments:stewards", unit, code)
    try:
        ended = perform(
            request.user,
            end_stewardship,
            row,
            valid_to=form.cleaned_data["valid_to"],
            choices=choices_in(request.POST),
            seen=seen_in(request.POST),
        )
    except Unresolved as refusal:
        form.add_error("valid_to", str(refusal))
        hits = asked(refusal.hits, request.POST)
        blank = StewardForm(instrument=shown)
        return page(request, shown, blank, ended=pk, tried_end=form, hits=hits, status=422)
    except StaleVersion:
        blank = StewardForm(instrument=shown)
        return page(request, shown, blank, overtaken=True, ended=pk, tried_end=form, status=409)
    except InvalidInstrument as refusal:
        messages.error(request, refusal.in_words)
    else:
        messages.success(
            request,
            _("From %(day)s on %(person)s no longer keeps the instrument.")
            % {"day": local_date(ended.valid_to), "person": ended.person.display_name},
        )
    return redirect("instruments:stewards", unit, code)


def page(
    request: HttpRequest,
    shown: Instrument,
    form: StewardForm | None = None,
    *,
    deputy_form: DeputyForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Show who keeps the instrument and who stands in, with the forms as they were filled in."""
    today = timezone.localdate()
    rows = list(stewardships_of(shown))
    return render(
        request,
        "instruments/inventory/stewards.html",
        {
            "unit": shown.unit,
            "instrument": shown,
            "form": form or StewardForm(instrument=shown),
            "end_form": EndForm(auto_id=False),
            "current": [row for row in rows if row.valid_to is None or row.valid_to > today],
            "former": [row for row in rows if row.valid_to is not None and row.valid_to <= today],
            "today": today,
            "manages": can(request.user, "edit_stewards", shown),
            "sees_inventory": can(request.user, "view_inventory", shown.unit),
            "parts": parts_of(shown),
            "deputies": [(row, can(request.user, "name_deputy", row)) for row in deputies_of(shown, today)],
            "deputy_form": deputy_form or deputy_form_of(shown, request.user),
            **more,
        },
        status=status,
    )


def deputy_form_of(shown: Instrument, reader: Actor, data: Any = None) -> DeputyForm | None:
    """Return the form for those stewards for whom this reader may name a deputy, None where there are none."""
    today = timezone.localdate()
    rows = Stewardship.objects.on(today).filter(instrument=shown).values_list("person", flat=True)
    own = [pk for pk in rows if can(reader, "name_deputy", Deputy(unit_id=shown.unit_id, person_id=pk))]
    return DeputyForm(data or None, instrument=shown, stewards=own) if own else None
