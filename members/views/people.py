"""Views room: the people of a unit and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from changes import StaleVersion, perform
from changes.errors import Unresolved
from display.hits import Hit, asked, choices_in
from display.refusals import show_refusal
from display.templatetags.display import local_date
from display.versions import IT_SAYS, seen_in
from members.actions.invitations import ask_transfer, invite_again, invite_person
from members.actions.roles import end_unit_role, give_unit_role
from members.errors import InvalidPerson, InvalidRole, LastManager, RoleBeforeUnit, RoleExists
from members.forms.people import EndRoleForm, InvitationForm, PeopleFilter, RoleForm
from members.guarded import managed_unit_for
from members.models import MemberUnit, Person, UnitRole
from members.permissions import can, forget_roles
from members.queries.people import account_elsewhere
from members.queries.unit_people import former_roles, people_totals, unit_people, unit_role

# Both forms stand on one page.
ROLE_IDS, INVITATION_IDS = "give_%s", "invite_%s"


@dataclass(frozen=True)
class Ending:
    """A role about to end, what was typed, and what is asked about what rests on it."""

    role: UnitRole
    form: EndRoleForm
    hits: Sequence[Hit]


@require_safe
@login_required
def people(request: HttpRequest, code: str) -> HttpResponse:
    """List the people of a unit with their roles; managers give and end roles and invite people here."""
    return _page(request, managed_unit_for(request.user, code, "view_unit_people"))


@require_POST
@login_required
def give_role(request: HttpRequest, code: str) -> HttpResponse:
    """Give somebody with an account a role."""
    unit = managed_unit_for(request.user, code, "give_unit_role")
    form = RoleForm(request.POST, auto_id=ROLE_IDS)
    if form.is_valid():
        data = form.cleaned_data
        try:
            given = perform(
                request.user, give_unit_role, form.person, unit, data["kind"], valid_from=data["valid_from"]
            )
        except RoleBeforeUnit as refusal:
            form.add_error("valid_from", str(refusal))
        except (RoleExists, InvalidRole) as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(
                request,
                _("%(person)s has the role: %(role)s.")
                % {"person": form.person.display_name, "role": given.get_kind_display()},
            )
            return redirect("members:people", code)
    return _page(request, unit, role=form, status=422)


@require_POST
@login_required
def end_role(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """End a role; the last manager stays."""
    unit = managed_unit_for(request.user, code, "end_unit_role")
    role = unit_role(unit, pk)
    if role is None:
        raise Http404
    form = EndRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["valid_to"])))
        return redirect("members:people", code)
    try:
        ended = perform(
            request.user,
            end_unit_role,
            role,
            valid_to=form.cleaned_data["valid_to"],
            choices=choices_in(request.POST),
            seen=seen_in(request.POST),
        )
    except StaleVersion as stale:
        role = unit_role(unit, pk) or role
        form.add_error(None, str(stale))
        form.add_error("valid_to", IT_SAYS % {"value": local_date(role.valid_to) if role.valid_to else "–"})
        return _page(request, unit, ending=Ending(role, form, []), status=409)
    except Unresolved as refusal:
        form.add_error("valid_to", str(refusal))
        ending = Ending(role, form, asked(refusal.hits, request.POST))
        return _page(request, unit, ending=ending, status=422)
    except (LastManager, InvalidRole) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("From %(day)s on %(person)s no longer has the role: %(role)s.")
            % {
                "day": local_date(ended.valid_to),
                "person": role.person.display_name,
                "role": ended.get_kind_display(),
            },
        )
        forget_roles(request.user)
        if not can(request.user, "view_unit_people", unit):
            return redirect("portal:unit", code)
    return redirect("members:people", code)


@require_POST
@login_required
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Create an account in the unit and send the mail that sets its password; or ask for who has one elsewhere."""
    unit = managed_unit_for(request.user, code, "create_person")
    form = InvitationForm(request.POST, auto_id=INVITATION_IDS)
    if form.is_valid() and "transfer" in request.POST:
        return _transfer(request, unit, form)
    elsewhere = False
    if form.is_valid():
        # Asked before the refusal takes the address out of what is clean.
        elsewhere = account_elsewhere(form.cleaned_data["email"], unit) is not None
        try:
            made = perform(
                request.user, invite_person, form.data_of_person, unit, kind=form.cleaned_data["kind"]
            )
        except InvalidPerson as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("%(person)s has an account now. The mail for the password goes to %(email)s.")
                % {"person": made.display_name, "email": made.email},
            )
            return redirect("members:people", code)
    return _page(request, unit, invitation=form, elsewhere=elsewhere, status=422)


def _transfer(request: HttpRequest, unit: MemberUnit, form: InvitationForm) -> HttpResponse:
    try:
        asked = perform(request.user, ask_transfer, form.cleaned_data["email"], unit)
    except InvalidPerson as refusal:
        form.add_error("email", " ".join(refusal.fields["email"]))
        return _page(request, unit, invitation=form, status=422)
    messages.success(
        request,
        _(
            "The department is asked to move %(email)s to this unit. You see the person here once that is done."
        )
        % {"email": asked.email},
    )
    return redirect("members:people", unit.code)


@require_POST
@login_required
def remind(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Send the invitation again to somebody who has set no password yet."""
    unit = managed_unit_for(request.user, code, "create_person")
    person = Person.objects.filter(home_unit=unit, pk=pk).first()
    if person is None:
        raise Http404
    try:
        perform(request.user, invite_again, person, unit)
    except InvalidPerson as refusal:
        messages.error(request, refusal.in_words)
    else:
        messages.success(request, _("The mail goes to %(email)s once more.") % {"email": person.email})
    return redirect("members:people", code)


def _page(
    request: HttpRequest,
    unit: MemberUnit,
    *,
    role: RoleForm | None = None,
    invitation: InvitationForm | None = None,
    elsewhere: bool = False,
    ending: Ending | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    wanted = PeopleFilter(request.GET)
    page, lines = unit_people(unit, today, **wanted.chosen)
    manages = can(request.user, "give_unit_role", unit)
    context = {
        "unit": unit,
        "totals": people_totals(unit, today),
        "page": page,
        "lines": lines,
        "filter": wanted,
        "chosen": wanted.chosen,
        "former": former_roles(unit, today),
        "today": today,
        "manages": manages,
        "ending": ending,
        "role_form": role or RoleForm(initial={"email": request.GET.get("give", "")[:150]}, auto_id=ROLE_IDS),
        "invitation": invitation or InvitationForm(auto_id=INVITATION_IDS),
        "elsewhere": elsewhere,
        "end_form": EndRoleForm(auto_id=False),
    }
    return render(request, "members/people.html", context, status=status)
