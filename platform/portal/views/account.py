"""A person's own account: what it says, and the little people change by themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import StaleVersion, perform
from display.refusals import show_refusal
from display.versions import seen_in, show_meanwhile
from members.actions.people import change_own_account
from members.errors import InvalidPerson
from members.forms.people import OwnAccountForm
from members.models import Person
from members.queries.people import roles_held_by


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account; a POST changes phone, language of the mail and whether mail is wanted."""
    assert isinstance(request.user, Person)
    form = OwnAccountForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        try:
            perform(
                request.user, change_own_account, request.user, **form.settings, seen=seen_in(request.POST)
            )
        except StaleVersion as stale:
            form = OwnAccountForm(request.POST, instance=Person.objects.get(pk=request.user.pk))
            show_meanwhile(form, stale)
        except InvalidPerson as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Your account is changed."))
            return redirect("portal:account")
    context = {"form": form, "roles": roles_held_by(request.user, timezone.localdate())}
    return render(request, "portal/account.html", context, status=422 if form.errors else 200)
