"""A person's access tokens: make one, see it once, revoke it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from changes import perform
from members.models import Person
from portal.forms import TokenForm
from webapi import tokens as access
from webapi.models import AccessToken

MADE = "made_token"
"""Where the session keeps a new token's text until the page that shows it, and no longer."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List the person's tokens; a POST makes one, whose text the next page shows this one time."""
    assert isinstance(request.user, Person)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        text, _token = perform(
            request.user,
            access.issue,
            request.user,
            name=form.cleaned_data["name"],
            scopes=form.scopes(),
            days=int(form.cleaned_data["days"]),
        )
        request.session[MADE] = text
        return redirect("portal:tokens")
    shown = AccessToken.objects.filter(person=request.user)
    context = {"form": form, "made": "", "tokens": shown, "now": timezone.now()}
    if request.method == "GET":
        context["made"] = request.session.pop(MADE, "")
    return render(request, "portal/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of the person's own tokens."""
    assert isinstance(request.user, Person)
    token = AccessToken.objects.filter(person=request.user, pk=pk).first()
    if token is None:
        raise Http404
    perform(request.user, access.revoke, token)
    messages.success(request, _("The token no longer works."))
    return redirect("portal:tokens")
