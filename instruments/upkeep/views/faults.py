"""Views room: reporting a fault, its page, the photo, and the steps of those who keep the instrument."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import StaleVersion, perform
from display.templatetags.display import named
from display.versions import seen_in
from instruments.booking.errors import RulesBroken
from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import Instrument
from instruments.upkeep.actions.faults import acknowledge_fault, end_fault, report_fault
from instruments.upkeep.enums import FaultState
from instruments.upkeep.errors import WrongFaultState
from instruments.upkeep.forms.faults import FaultForm, OutcomeForm
from instruments.upkeep.guarded import fault_for
from instruments.upkeep.models import Fault
from instruments.upkeep.queries.breakdowns import breakdown_of, standing_breakdown
from instruments.upkeep.queries.faults import standing_faults
from members.guarded import refuse_as_missing
from members.models import Person
from members.permissions import Actor, can

VERBS = ("acknowledge", "repair", "close")


@dataclass(frozen=True)
class Step:
    """One step in the life of a fault, as the page shows it."""

    icon: str
    title: str
    state: str
    who: str
    at: dt.datetime | None
    text: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Report a fault of an instrument that one uses or keeps."""
    shown = instrument_for(request.user, code)
    if not can(request.user, "report_fault", shown):
        refuse_as_missing(request.user, "report_fault", shown, app="instruments")
    form = FaultForm(shown, *([request.POST, request.FILES] if request.method == "POST" else []))
    if form.is_bound and form.is_valid():
        try:
            fault = perform(request.user, report_fault, shown, **form.cleaned_data)
        except RulesBroken as broken:
            for wrong in broken.problems:
                form.add_error("station" if wrong.rule == "no_station" else "words", str(wrong.message))
        else:
            messages.success(request, _("Reported. Whoever keeps the instrument has been told."))
            return redirect("instruments:fault", fault.pk)
    context = {
        "instrument": shown,
        "form": form,
        "standing": standing_faults(shown),
        "crumbs": [*_crumbs(shown), (_("Report a fault"), "")],
    }
    return render(
        request, "instruments/upkeep/fault_report.html", context, status=422 if form.is_bound else 200
    )


@require_safe
@never_cache
@login_required
def fault(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a fault, where it stands and who had to do with it; its keepers take the next step."""
    return _page(request, fault_for(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def fault_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Acknowledge a fault, or end it; a GET, as after signing in anew, leads to its page."""
    assert isinstance(request.user, Person)
    shown = fault_for(request.user, pk)
    if verb not in VERBS:
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('instruments:fault', args=[pk])}#{verb}")
    form = OutcomeForm(request.POST, auto_id=f"{verb}_%s")
    if verb != "acknowledge" and not form.is_valid():
        return _page(request, shown, tried={verb: form}, status=422)
    try:
        _take(verb, request.user, shown, form, seen_in(request.POST))
    except (StaleVersion, WrongFaultState) as error:
        return _page(request, fault_for(request.user, pk), refused=str(error), status=409)
    except RulesBroken as broken:
        form.add_error("outcome", str(broken.problems[0].message))
        return _page(request, shown, tried={verb: form}, status=422)
    messages.success(request, _said(verb))
    return redirect("instruments:fault", pk)


@require_safe
@never_cache
@login_required
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the photo of a fault to whoever may see the fault."""
    shown = fault_for(request.user, pk)
    if not hasattr(shown, "photo"):
        raise Http404
    return HttpResponse(
        bytes(shown.photo.jpeg),
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="fault-{pk}.jpg"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _take(verb: str, person: Person, shown: Fault, form: OutcomeForm, seen: int | None) -> None:
    if verb == "acknowledge":
        perform(person, acknowledge_fault, shown, seen=seen)
        return
    said = form.cleaned_data["outcome"]
    perform(person, end_fault, shown, repaired=verb == "repair", outcome=said, seen=seen)


def _said(verb: str) -> str:
    return {
        "acknowledge": _("Acknowledged. Whoever reported it has been told."),
        "repair": _("Repaired. The fault no longer stands where people book."),
        "close": _("Closed. The fault no longer stands where people book."),
    }[verb]


def _page(
    request: HttpRequest,
    shown: Fault,
    *,
    tried: dict[str, forms.Form] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    handles = can(request.user, "handle_fault", shown)
    breakdown = breakdown_of(shown)
    standing = standing_breakdown(shown.instrument) if handles and breakdown is None else breakdown
    context: dict[str, Any] = {
        "fault": shown,
        "instrument": shown.instrument,
        "has_photo": hasattr(shown, "photo"),
        "steps": _life(shown),
        "handles": handles and shown.is_standing,
        "is_open": shown.state == FaultState.OPEN,
        "breakdown": breakdown,
        "stops": handles and shown.is_standing and standing is None,
        "tried": tried or {},
        "forms": [(verb, (tried or {}).get(verb) or OutcomeForm(auto_id=f"{verb}_%s")) for verb in VERBS[1:]],
        "refused": refused,
        "crumbs": [*_crumbs(shown.instrument), (_("Fault"), "")],
    }
    return render(request, "instruments/upkeep/fault.html", context, status=status)


def _life(shown: Fault) -> list[Step]:
    steps = [Step("mail-opened", _("Reported"), "done", str(shown.reported_by), shown.reported_at)]
    if shown.acknowledged_by is not None:
        word = str(FaultState.ACKNOWLEDGED.label)
        steps.append(Step("eye-check", word, "done", str(shown.acknowledged_by), shown.acknowledged_at))
    if shown.ended_by is not None:
        word = str(FaultState(shown.state).label)
        steps.append(Step("circle-check", word, "done", str(shown.ended_by), shown.ended_at, shown.outcome))
    return steps


def _crumbs(shown: Instrument) -> list[tuple[str, str]]:
    return [
        (_("Instruments"), reverse("instruments:catalogue")),
        (named(shown), reverse("instruments:instrument", args=[shown.code])),
    ]


def faults_shown(instrument: Instrument, reader: Actor) -> dict[str, Any]:
    """Show the faults that stand where one books; what is wrong is read by whoever is signed in."""
    return {"faults": standing_faults(instrument), "reads_words": isinstance(reader, Person)}


def may_report(instrument: Instrument, reader: Actor) -> bool:
    """Tell whether this reader uses or keeps the instrument, and so may report a fault of it."""
    return can(reader, "report_fault", instrument)


def may_stop(instrument: Instrument, reader: Actor) -> bool:
    """Tell whether this reader may stop the instrument because of a break-down."""
    return can(reader, "stop_instrument", instrument)


FUNCTIONS = {"faults_shown": faults_shown, "may_report_fault": may_report, "may_stop_instrument": may_stop}
