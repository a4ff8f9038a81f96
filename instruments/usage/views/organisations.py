"""Views room: the names a unit typed for those it served: how much they count, merging, undoing, registering."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from changes import StaleVersion, perform
from display.refusals import show_refusal
from instruments.inventory.guarded import inventory_unit_for
from instruments.usage.queries.organisations import goals_for, names_in_use
from members.actions.organisations import merge_organisation, part_organisation, register_organisation
from members.errors import InvalidOrganisation, MergeRefused
from members.forms.organisations import MergeForm, PageForm, RegistrationForm
from members.guarded import refuse_as_missing
from members.models import MemberUnit, Organisation
from members.permissions import Actor, can
from members.queries.organisations import known_organisations, private_organisations


@require_safe
@login_required
def organisations(request: HttpRequest, unit: str) -> HttpResponse:
    """List the names a unit typed, with records and hours, what each counts as, and what it may be."""
    return _page(request, inventory_unit_for(request.user, unit, "view_organisations"))


@require_POST
@login_required
def merge(request: HttpRequest, unit: str, pk: int) -> HttpResponse:
    """Count a name as an organisation that is offered, or as the one whose name was typed."""
    owner, row = _private(request.user, unit, pk)
    form = MergeForm(request.POST)
    goal = _goal(owner, form) if form.is_valid() else None
    if goal is None:
        name = request.POST.get("name", "").strip()[:100]
        messages.error(
            request,
            _("No organisation goes by the name “%(name)s”. Choose one of the list, or register it.")
            % {"name": name}
            if name
            else _("Say which organisation it is: choose one of the list, or register it."),
        )
        return redirect("instruments:organisations", owner.code)
    try:
        merged = perform(request.user, merge_organisation, row, goal, seen=form.cleaned_data["version"])
    except (MergeRefused, StaleVersion) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("“%(name)s” counts as “%(goal)s” from now on.")
            % {"name": merged.name_zh, "goal": merged.counted.name_zh},
        )
    return redirect("instruments:organisations", owner.code)


@require_POST
@login_required
def part(request: HttpRequest, unit: str, pk: int) -> HttpResponse:
    """Let a name count by itself again."""
    owner, row = _private(request.user, unit, pk)
    form = MergeForm(request.POST)
    seen = form.cleaned_data["version"] if form.is_valid() else None
    try:
        parted = perform(request.user, part_organisation, row, seen=seen)
    except (MergeRefused, StaleVersion) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” counts by itself again.") % {"name": parted.name_zh})
    return redirect("instruments:organisations", owner.code)


@require_POST
@login_required
def register(request: HttpRequest, unit: str) -> HttpResponse:
    """Register an organisation outside the network; what was typed under its name counts as it."""
    owner = inventory_unit_for(request.user, unit, "register_organisation")
    form = RegistrationForm(request.POST, needs_code=_needs_code(request.user))
    if form.is_valid():
        try:
            made = perform(request.user, register_organisation, form.data_of_organisation, unit=owner)
        except InvalidOrganisation as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("“%(name)s” is registered.") % {"name": made.name_zh})
            return redirect("instruments:organisations", owner.code)
    return _page(request, owner, form=form, status=422)


def _needs_code(person: Actor) -> bool:
    """Whether the person registers by the credit code alone, as all do but the department."""
    return not can(person, "change_organisation")


def _private(person: Actor, unit: str, pk: int) -> tuple[MemberUnit, Organisation]:
    """Return a unit and one of the names it typed that the person may merge. Raises Http404."""
    owner = inventory_unit_for(person, unit, "view_organisations")
    row = private_organisations(owner).filter(pk=pk).first()
    if row is None:
        raise Http404
    if not can(person, "merge_organisation", row):
        refuse_as_missing(person, "merge_organisation", row, app="members")
    return owner, row


def _goal(owner: MemberUnit, form: MergeForm) -> Organisation | None:
    """Return what was chosen; a stranger's private name is as unknown as a wrong number."""
    wanted, name = form.cleaned_data["into"], form.cleaned_data["name"]
    if wanted is not None:
        return next((row for row in goals_for(owner) if row.pk == wanted), None)
    if not name.strip() or "\0" in name:
        return None
    found = known_organisations([(owner.pk, name)]).find(owner.pk, name)
    return None if found is None else found.counted


def _page(
    request: HttpRequest, unit: MemberUnit, *, form: RegistrationForm | None = None, status: int = 200
) -> HttpResponse:
    goals = goals_for(unit)
    page, lines = names_in_use(unit, goals, PageForm(request.GET).number)
    context = {
        "unit": unit,
        "page": page,
        "lines": lines,
        "names": [goal.name_zh for goal in goals],
        "merges": can(request.user, "register_organisation", unit),
        "form": form
        or RegistrationForm(
            initial={"name_zh": request.GET.get("name", "")[:100]}, needs_code=_needs_code(request.user)
        ),
        "asked": bool(form) or "name" in request.GET,
    }
    return render(request, "instruments/usage/organisations.html", context, status=status)
