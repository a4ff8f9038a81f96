"""Views room: what is done again and again: what is due at a unit, an instrument's plans, one plan and its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import StaleVersion, perform
from changes.errors import FieldsRefused
from display.refusals import show_refusal
from display.templatetags.display import named
from display.versions import seen_in
from instruments.booking.errors import RulesBroken, SlotTaken
from instruments.inventory.guarded import inventory_unit_for
from instruments.inventory.models import Instrument
from instruments.upkeep.actions.plans import book_for_plan, change_plan, end_plan, make_plan, record_done
from instruments.upkeep.errors import PlanOver
from instruments.upkeep.forms.plans import DoneForm, OwnTimeForm, PlanForm, PlannedForm
from instruments.upkeep.guarded import plan_for, upkept_for
from instruments.upkeep.models import UpkeepPlan
from instruments.upkeep.queries.plans import (
    calibration_of,
    plans_of,
    plans_of_unit,
    proposals,
    row_of,
    rows_of,
)
from instruments.upkeep.rules.times import OVERDUE, SOON
from members.guarded import refuse_as_missing
from members.models import Person
from members.permissions import can

PAGE_SIZE = 50
VERBS = ("done", "book", "own", "change", "end")


@require_safe
@never_cache
@login_required
def unit_upkeep(request: HttpRequest, unit: str) -> HttpResponse:
    """List what falls due at the instruments of a unit, the most urgent first; `?due=1` leaves out what has time."""
    owner = inventory_unit_for(request.user, unit)
    rows = rows_of(plans_of_unit(owner), timezone.localdate())
    urgent = [row for row in rows if row.urgency in {OVERDUE, SOON}]
    narrowed = request.GET.get("due") == "1"
    context = {
        "unit": owner,
        "page": Paginator(urgent if narrowed else rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "count": len(rows),
        "urgent": len(urgent),
        "overdue": sum(row.urgency == OVERDUE for row in urgent),
        "narrowed": narrowed,
    }
    return render(request, "instruments/upkeep/unit_upkeep.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def upkeep(request: HttpRequest, code: str) -> HttpResponse:
    """Show the plans of an instrument; its keepers make a new one."""
    shown = upkept_for(request.user, code)
    plans = can(request.user, "plan_upkeep", shown)
    form = PlanForm(request.POST if request.method == "POST" else None, auto_id="plan_%s")
    if request.method == "POST":
        upkept_for(request.user, code, "plan_upkeep")
        if form.is_valid():
            try:
                plan = perform(request.user, make_plan, shown, form.data_of())
            except FieldsRefused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("The plan is made. Its keepers are told when it falls due."))
                return redirect("instruments:upkeep_plan", plan.pk)
    context = {
        "instrument": shown,
        "rows": rows_of(plans_of([shown.pk]), timezone.localdate()),
        "ended": list(plans_of([shown.pk], ended=True)[:20]),
        "plans": plans,
        "form": form,
        "crumbs": _crumbs(shown),
    }
    return render(request, "instruments/upkeep/upkeep.html", context, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@login_required
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one plan: when it falls due, what was done, and the steps of those who keep the instrument."""
    return _page(request, plan_for(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def plan_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Record it as done, hold time for it, change or end it; a GET, as after signing in anew, leads to its page."""
    assert isinstance(request.user, Person)
    shown = plan_for(request.user, pk)
    if verb not in VERBS:
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('instruments:upkeep_plan', args=[pk])}#{verb}")
    if not can(request.user, "plan_upkeep", shown):
        refuse_as_missing(request.user, "plan_upkeep", shown, app="instruments")
    form = _forms(shown, verb, request.POST)
    if not form.is_valid():
        return _page(request, shown, tried=(verb, form), status=422)
    try:
        _take(verb, request.user, shown, form, seen_in(request.POST))
    except (StaleVersion, PlanOver, SlotTaken) as error:
        return _page(request, plan_for(request.user, pk), tried=(verb, form), refused=str(error), status=409)
    except RulesBroken as broken:
        said = " ".join(str(one.message) for one in broken.problems)
        return _page(request, shown, tried=(verb, form), refused=said, status=422)
    except FieldsRefused as refusal:
        show_refusal(form, refusal)
        return _page(request, shown, tried=(verb, form), status=422)
    messages.success(request, _said(verb))
    return redirect("instruments:upkeep_plan", pk)


def _forms(shown: UpkeepPlan, verb: str, data: Any = None) -> forms.Form:
    auto_id = f"{verb}_%s"
    match verb:
        case "done":
            return DoneForm(shown, data, auto_id=auto_id)
        case "change":
            return PlanForm(data, initial=PlanForm.initial_of(shown), auto_id=auto_id)
        case "book":
            return PlannedForm(data, auto_id=auto_id)
        case "own":
            return OwnTimeForm(data, initial={"start_time": shown.preferred_time}, auto_id=auto_id)
    return forms.Form(data, auto_id=auto_id)


def _take(verb: str, person: Person, shown: UpkeepPlan, form: forms.Form, seen: int | None) -> None:
    match form:
        case DoneForm():
            perform(person, record_done, shown, form.data_of(), seen=seen)
        case PlanForm():
            perform(person, change_plan, shown, form.data_of(), seen=seen)
        case PlannedForm():
            said = form.cleaned_data
            perform(person, book_for_plan, shown, start=said["start"], station=said["station"], seen=seen)
        case OwnTimeForm():
            perform(person, book_for_plan, shown, start=form.moment(), seen=seen)
        case _:
            assert verb == "end"
            perform(person, end_plan, shown, seen=seen)


def _said(verb: str) -> str:
    return {
        "done": _("Recorded. The next day is counted from it."),
        "book": _("The time is held. Nobody can book it."),
        "own": _("The time is held. Nobody can book it."),
        "change": _("The plan is changed."),
        "end": _("The plan is ended. Nothing falls due by it any more."),
    }[verb]


def _page(
    request: HttpRequest,
    shown: UpkeepPlan,
    *,
    tried: tuple[str, forms.Form] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    plans = can(request.user, "plan_upkeep", shown) and shown.ended_at is None
    verb, form = tried or ("", None)
    context = {
        "plan": shown,
        "instrument": shown.instrument,
        "row": row_of(shown, timezone.localdate()),
        "done": list(shown.done.select_related("recorded_by")[:50]),
        "plans": plans,
        "proposals": proposals(shown, timezone.now()) if plans else [],
        "forms": {
            name: form if form and name == verb else _forms(shown, name) for name in VERBS if name != "book"
        },
        "tried": verb,
        "refused": refused,
        "crumbs": [*_crumbs(shown.instrument), (shown.title, "")],
    }
    return render(request, "instruments/upkeep/plan.html", context, status=status)


def _crumbs(shown: Instrument) -> list[tuple[str, str]]:
    return [
        (_("Instruments"), reverse("instruments:catalogue")),
        (named(shown), reverse("instruments:instrument", args=[shown.code])),
        (_("Upkeep"), reverse("instruments:upkeep", args=[shown.code])),
    ]


FUNCTIONS = {"calibration_shown": calibration_of}
