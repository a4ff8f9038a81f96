"""Views room: the messages of a booking, on its page and by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.booking.queries.replies import replies_to
from instruments.letters.actions.messages import read_messages, write_message
from instruments.letters.errors import TooManyMessages
from instruments.letters.forms.messages import MessageForm
from instruments.letters.guarded import side_of
from instruments.letters.models import BookingMessage
from instruments.letters.queries.messages import messages_of
from members.permissions import Actor, can


@dataclass(frozen=True)
class Conversation:
    """What was written about a booking, as one of its sides sees it."""

    messages: list[BookingMessage]
    new: frozenset[int]
    form: MessageForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the messages of a booking to its two sides, and take a new one."""
    shown = side_of(request.user, pk, "write_message")
    form = _form(shown, request.user, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, shown, form)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        perform(request.user, write_message, shown, words=form.cleaned_data["words"])
    except RulesBroken as broken:
        form.add_error("words", str(broken.problems[0].message))
        return _page(request, shown, form, status=422)
    except TooManyMessages as refused:
        form.add_error(None, str(refused))
        return _page(request, shown, form, status=409)
    messages.success(request, _("Sent. The other side has been told."))
    return _back(pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark what the other side wrote as read; a GET, as after signing in anew, leads to the messages."""
    shown = side_of(request.user, pk, "read_messages")
    if request.method == "POST":
        perform(request.user, read_messages, shown)
    return _back(pk)


def _form(shown: Booking, writer: Actor, data: QueryDict | None = None) -> MessageForm:
    return MessageForm(data, replies=replies_to(shown, writer), needed=True, auto_id="message_%s")


def _back(pk: UUID) -> HttpResponse:
    return redirect(f"{reverse('instruments:booking', args=[pk])}#messages")


def _page(request: HttpRequest, shown: Booking, form: MessageForm, status: int = 200) -> HttpResponse:
    context = {
        "booking": shown,
        "instrument": shown.instrument,
        "conversation": _seen_by(shown, request.user, form),
        "crumbs": [
            (_("Booking"), reverse("instruments:booking", args=[shown.pk])),
            (_("Messages"), ""),
        ],
    }
    return render(request, "instruments/letters/messages.html", context, status=status)


def _seen_by(shown: Booking, reader: Actor, form: MessageForm) -> Conversation:
    rows = messages_of(shown)
    theirs = shown.person_id == reader.pk
    new = frozenset(row.pk for row in rows if row.read_at is None and row.from_keeper == theirs)
    return Conversation(rows, new, form)


def conversation_of(booking: Booking, reader: Actor) -> Conversation | None:
    """Return what was written about a booking for one of its sides, None for anybody else; one query."""
    if not can(reader, "read_messages", booking):
        return None
    return _seen_by(booking, reader, _form(booking, reader))


FUNCTIONS = {"conversation_of": conversation_of}
