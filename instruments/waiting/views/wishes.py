"""Views room: a person's own wait lists, and the steps that can be taken there."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import StaleVersion, perform
from display.versions import seen_in, show_meanwhile
from instruments.booking.errors import RulesBroken
from instruments.waiting.actions.wishes import change_wish, withdraw_wish
from instruments.waiting.errors import AlreadyWaiting, WrongWaitState
from instruments.waiting.forms.wishes import SaidForm, WaitForm
from instruments.waiting.guarded import wish_for
from instruments.waiting.models import WaitEntry
from instruments.waiting.queries.lines import own_wishes
from members.models import Person


@require_safe
@never_cache
@login_required
def wishes(request: HttpRequest) -> HttpResponse:
    """Show what the person waits for, in which place, what is offered, and what has ended."""
    assert isinstance(request.user, Person)
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a wish; a refusal keeps what was typed."""
    entry = wish_for(request.user, pk)
    if request.method != "POST":
        return _form_page(request, entry, _form(entry))
    form = _form(entry, request.POST)
    if not form.is_valid():
        return _form_page(request, entry, form, status=422)
    try:
        perform(request.user, change_wish, entry, form.wanted(entry), seen=seen_in(request.POST))
    except RulesBroken as broken:
        for wrong in broken.problems:
            form.add_error(None, str(wrong.message))
        return _form_page(request, entry, form, status=422)
    except StaleVersion as stale:
        entry = wish_for(request.user, pk)
        form = _form(entry, request.POST)
        show_meanwhile(form, stale)
        return _form_page(request, entry, form, status=409)
    except (WrongWaitState, AlreadyWaiting) as error:
        form.add_error(None, str(error))
        return _form_page(request, entry, form, status=409)
    messages.success(request, _("Your wish is changed."))
    return redirect("instruments:wishes")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Wait no more; what is offered is let go. A GET, as after signing in anew, leads to one's wait lists."""
    if request.method != "POST":
        return redirect("instruments:wishes")
    entry = wish_for(request.user, pk)
    try:
        perform(request.user, withdraw_wish, entry, seen=seen_in(request.POST))
    except (StaleVersion, WrongWaitState) as error:
        return _page(request, refused=str(error), status=409)
    messages.success(request, _("Withdrawn. You no longer wait for this."))
    return redirect("instruments:wishes")


def _form(entry: WaitEntry, data: QueryDict | None = None) -> SaidForm | WaitForm:
    if entry.is_slot:
        form = SaidForm(data, initial=entry.said)
        if not entry.companion:
            del form.fields["companion"]
        return form
    return WaitForm(data, initial=WaitForm.initial_of(entry), instrument=entry.instrument)


def _form_page(request: HttpRequest, entry: WaitEntry, form: SaidForm, *, status: int = 200) -> HttpResponse:
    context = {"entry": entry, "form": form, "crumbs": [*_crumbs(), (_("Change the wish"), "")]}
    return render(request, "instruments/waiting/change.html", context, status=status)


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    assert isinstance(request.user, Person)
    rows = own_wishes(request.user)
    context = {
        "offered": [row for row in rows if row.offer is not None],
        "waiting": [row for row in rows if row.entry.is_open and row.offer is None],
        "ended": [row for row in rows if not row.entry.is_open],
        "refused": refused,
        "now": timezone.now(),
        "crumbs": [(_("My page"), reverse("portal:me")), (_("Wait lists"), "")],
    }
    return render(request, "instruments/waiting/wishes.html", context, status=status)


def _crumbs() -> list[tuple[str, str]]:
    return [(_("My page"), reverse("portal:me")), (_("Wait lists"), reverse("instruments:wishes"))]
