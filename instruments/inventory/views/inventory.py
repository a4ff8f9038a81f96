"""Views room: a unit's house in order: its instruments, adding and editing one, its state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from changes import StaleVersion, perform
from changes.errors import Unresolved
from display.hits import asked, choices_in
from display.refusals import show_refusal
from display.versions import seen_in
from instruments.inventory.actions.instruments import change_instrument, change_state, create_instrument
from instruments.inventory.dependants import coming as coming_on
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.forms.instrument import InstrumentForm, InventoryForm, StateForm
from instruments.inventory.guarded import inventory_unit_for, unit_instrument_for
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import stewarded_by
from instruments.inventory.queries.inventory import InventoryRow, completeness_of, inventory, inventory_totals
from instruments.inventory.queries.readiness import CHARGED, readiness_of
from instruments.inventory.queries.stewards import last_change_of
from instruments.inventory.rules.completeness import RECORD
from instruments.inventory.rules.next_step import NextStep, next_step
from members.kept_pages import kept_for_person
from members.models import MemberUnit
from members.permissions import Actor, can

MOST_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One instrument of the list: what comes next, whether this reader may do it, and whether they keep it."""

    row: InventoryRow
    step: NextStep
    may_edit: bool
    is_own: bool

    @property
    def gaps(self) -> int:
        """How many columns of the record are empty."""
        return len(self.row.completeness.missing)


@require_safe
@login_required
@kept_for_person(lambda **_which: ["instruments", "units", "lists"])
def inventory_page(request: HttpRequest, unit: str) -> HttpResponse:
    """List all instruments of a unit with completeness and the next thing to do for each."""
    owner = inventory_unit_for(request.user, unit)
    form = InventoryForm(request.GET)
    own = stewarded_by(request.user)
    filters = replace(form.chosen, only=own) if form.is_own else form.chosen
    page, rows = inventory(owner, filters, page=form.page_number)
    manages = can(request.user, "create_instrument", owner)
    readiness = readiness_of([row.instrument.pk for row in rows], timezone.localdate())
    lines = [
        Line(
            row,
            next_step(
                readiness[row.instrument.pk],
                state=row.instrument.state,
                charged=CHARGED.get(row.instrument.sharing_mode, ()),
                missing=row.completeness.missing,
            ),
            manages or row.instrument.pk in own,
            row.instrument.pk in own,
        )
        for row in rows
    ]
    return render(
        request,
        "instruments/inventory/inventory.html",
        {
            "unit": owner,
            "totals": inventory_totals(owner),
            "lines": lines,
            "page": page,
            "form": form,
            "chosen": filters,
            "keeps_some": bool(own),
            "manages": manages,
            "sees_people": can(request.user, "view_unit_people", owner),
            "answers": can(request.user, "edit_replies", owner),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: HttpRequest, unit: str) -> HttpResponse:
    """Enter a new instrument; every wrong field is named at once, and what was typed stays."""
    owner = inventory_unit_for(request.user, unit, "create_instrument")
    if request.method != "POST":
        return _form_page(request, owner, InstrumentForm(unit=owner))
    form = InstrumentForm(request.POST, unit=owner)
    if form.is_valid():
        try:
            made = perform(request.user, create_instrument, form.record())
        except InvalidInstrument as refusal:
            form.show(refusal)
        else:
            messages.success(
                request,
                _("%(code)s is entered. Check its hours and set its prices, so that it can be booked.")
                % {"code": made.code},
            )
            return redirect("instruments:terms", owner.code, made.code)
    return _form_page(request, owner, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Change the record; who was overtaken by someone else sees what differs before saving again."""
    shown = unit_instrument_for(request.user, unit, code, "edit_instrument")
    if request.method != "POST":
        return _form_page(request, shown.unit, InstrumentForm(unit=shown.unit, instrument=shown), shown)
    form = InstrumentForm(request.POST, unit=shown.unit, instrument=shown)
    if form.is_valid():
        try:
            changed = perform(
                request.user,
                change_instrument,
                shown,
                form.record(),
                choices=choices_in(request.POST),
                seen=form.version,
            )
        except Unresolved as refusal:
            show_refusal(form, refusal)
            return _form_page(
                request, shown.unit, form, shown, hits=asked(refusal.hits, request.POST), status=422
            )
        except InvalidInstrument as refusal:
            form.show(refusal)
        except StaleVersion:
            return _overtaken(request, unit, code)
        else:
            if changed.version == shown.version:
                messages.info(request, _("Nothing differs from what is stored."))
            else:
                messages.success(request, _("The record of %(code)s is saved.") % {"code": changed.code})
            return redirect("instruments:edit", unit, code)
    return _form_page(request, shown.unit, form, shown, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def state(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Put an instrument in or out of service; bookings that stand in the way are named."""
    shown = unit_instrument_for(request.user, unit, code, "change_instrument_state")
    form = StateForm(instrument=shown)
    if request.method == "POST":
        form = StateForm(request.POST, instrument=shown)
        if form.is_valid():
            data = form.cleaned_data
            try:
                changed = perform(
                    request.user,
                    change_state,
                    shown,
                    data["state"],
                    note=data["note"],
                    back_on=data["back_on"],
                    choices=choices_in(request.POST),
                    seen=seen_in(request.POST),
                )
            except Unresolved as refusal:
                show_refusal(form, refusal)
                hits = asked(refusal.hits, request.POST)
                return _state_page(request, shown, form, hits=hits, status=422)
            except InvalidInstrument as refusal:
                show_refusal(form, refusal)
            except StaleVersion:
                now = unit_instrument_for(request.user, unit, code, "change_instrument_state")
                form = StateForm(request.POST, instrument=now)
                return _state_page(request, now, form, overtaken=last_change_of(now), status=409)
            else:
                messages.success(
                    request,
                    _("%(code)s is now: %(state)s.")
                    % {"code": changed.code, "state": changed.get_state_display()},
                )
                if _sees(request.user, shown):
                    return redirect("instruments:inventory", unit)
                return redirect("instruments:edit", unit, code)
        return _state_page(request, shown, form, status=422)
    return _state_page(request, shown, form)


def _state_page(
    request: HttpRequest, shown: Instrument, form: StateForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    coming = [one for one in coming_on(shown, timezone.now()) if one.is_use]
    context = {
        "unit": shown.unit,
        "instrument": shown,
        "form": form,
        "coming": coming[:MOST_SHOWN],
        "coming_count": len(coming),
        "coming_rest": max(len(coming) - MOST_SHOWN, 0),
        "sees_inventory": _sees(request.user, shown),
        "hits": [],
        **more,
    }
    return render(request, "instruments/inventory/state.html", context, status=status)


def _overtaken(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Show what was typed beside what is stored now; the next sending is about the new state."""
    now = unit_instrument_for(request.user, unit, code, "edit_instrument")
    typed = request.POST.copy()
    typed["version"] = str(now.version)
    form = InstrumentForm(typed, unit=now.unit, instrument=now)
    form.is_valid()
    return _form_page(request, now.unit, form, now, overtaken=last_change_of(now), status=409)


def _form_page(
    request: HttpRequest,
    owner: MemberUnit,
    form: InstrumentForm,
    shown: Instrument | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    score = completeness_of(shown) if shown else None
    missing = {"field_1" if name == "fields" else name for name in score.missing} if score else set()
    sections = [
        (
            number,
            title,
            fields,
            sum(bool(field.errors) for field in fields),
            sum(f.name in missing for f in fields),
        )
        for number, (title, fields) in enumerate(form.sections, 1)
    ]
    context = {
        "unit": owner,
        "instrument": shown,
        "form": form,
        "sections": sections,
        "wrong": [
            field for _number, _title, fields, _wrong, _open in sections for field in fields if field.errors
        ],
        "score": score,
        "missing": missing,
        "columns": len(RECORD),
        "last_change": last_change_of(shown) if shown and "overtaken" not in more else None,
        "sees_inventory": can(request.user, "view_inventory", owner),
        **more,
    }
    return render(request, "instruments/inventory/instrument_form.html", context, status=status)


def _sees(person: Actor, shown: Instrument) -> bool:
    return can(person, "view_inventory", shown.unit)
