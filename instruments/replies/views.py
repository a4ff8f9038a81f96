"""Views room: the reply templates of a unit."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import StaleVersion, perform
from display.refusals import show_refusal
from display.versions import seen_in
from instruments.inventory.guarded import inventory_unit_for
from instruments.replies.actions import remove_reply, save_reply
from instruments.replies.errors import InvalidReply, ReplyGone
from instruments.replies.forms import ReplyForm
from instruments.replies.guarded import reply_in
from instruments.replies.models import ReplyTemplate
from instruments.replies.queries import replies_of
from members.models import MemberUnit


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def replies(request: HttpRequest, unit: str) -> HttpResponse:
    """List the templates of a unit, and take a new one."""
    shown = inventory_unit_for(request.user, unit, "edit_replies")
    if request.method != "POST":
        return _page(request, shown)
    return _save(request, shown, ReplyForm(request.POST), None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def reply(request: HttpRequest, unit: str, pk: int) -> HttpResponse:
    """Save another text of a template; a GET, as after signing in anew, leads to the list."""
    shown = inventory_unit_for(request.user, unit, "edit_replies")
    known = reply_in(shown, pk)
    if request.method != "POST":
        return redirect("instruments:replies", shown.code)
    return _save(request, shown, ReplyForm(request.POST, auto_id=f"reply{pk}_%s"), known)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def remove(request: HttpRequest, unit: str, pk: int) -> HttpResponse:
    """Remove a template; a GET, as after signing in anew, leads to the list."""
    shown = inventory_unit_for(request.user, unit, "edit_replies")
    known = reply_in(shown, pk)
    if request.method == "POST":
        try:
            perform(request.user, remove_reply, known, seen=seen_in(request.POST))
        except (StaleVersion, ReplyGone) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Removed. What was written with it stays."))
    return redirect("instruments:replies", shown.code)


def _save(
    request: HttpRequest, shown: MemberUnit, form: ReplyForm, known: ReplyTemplate | None
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, shown, form, known, status=422)
    seen = None if known is None else seen_in(request.POST)
    try:
        perform(request.user, save_reply, shown, form.reply, reply=known, seen=seen)
    except InvalidReply as refusal:
        show_refusal(form, refusal)
        return _page(request, shown, form, known, status=422)
    except (StaleVersion, ReplyGone) as refused:
        form.add_error(None, str(refused))
        return _page(request, shown, form, known, status=409)
    messages.success(request, _("The template is saved."))
    return redirect("instruments:replies", shown.code)


def _page(
    request: HttpRequest,
    shown: MemberUnit,
    tried: ReplyForm | None = None,
    known: ReplyTemplate | None = None,
    status: int = 200,
) -> HttpResponse:
    key = None if known is None else known.pk
    rows = [(one, tried if one.pk == key and tried else ReplyForm.of(one)) for one in replies_of(shown)]
    context = {
        "unit": shown,
        "rows": rows,
        "open": key,
        "form": tried if tried is not None and known is None else ReplyForm(),
    }
    return render(request, "instruments/replies/replies.html", context, status=status)
