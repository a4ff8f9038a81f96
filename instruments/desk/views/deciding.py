"""Views room: deciding on several requests of the desk at once, each as a change of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from changes.errors import Refusal
from display.formats import time_range
from display.templatetags.display import named
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.series import approve_series, decline_series
from instruments.booking.errors import RulesBroken
from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from instruments.booking.queries.replies import worded
from instruments.booking.rules.requests import reason_problems
from instruments.booking.views.booking_acts import next_in
from instruments.replies.models import ReplyTemplate
from instruments.replies.queries import reply_named
from members.models import Person

VERBS = ("approve", "decline")
MOST = 100


@dataclass(frozen=True)
class Ticked:
    """A request that was ticked, with the version that the page showed; None where it is not there any more."""

    booking: Booking | None
    seen: int


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def decide_many(request: HttpRequest) -> HttpResponse:
    """Approve or decline what was ticked; say how many were, and of each that could not be, why.

    One refusal leaves the others done. A GET, as after signing in anew, leads to the desk.
    """
    assert isinstance(request.user, Person)
    back = redirect(next_in(request) or f"{reverse('instruments:desk')}#to-decide")
    if request.method != "POST":
        return back
    verb, reason = request.POST.get("verb", ""), request.POST.get("reason", "").strip()
    if verb not in VERBS:
        raise Http404
    ticked = list(_ticked(request, request.user))
    if not ticked:
        messages.warning(request, _("Nothing is ticked."))
        return back
    reply = None if reason else reply_named(request.POST.get("template", ""))
    if verb == "decline" and reply is None and (wrong := reason_problems(reason, least=1)):
        messages.error(request, str(wrong[0].message))
    else:
        _decide(request, request.user, verb, ticked, (reason, reply))
    return back


def _decide(
    request: HttpRequest,
    person: Person,
    verb: str,
    ticked: list[Ticked],
    why: tuple[str, ReplyTemplate | None],
) -> None:
    done, (typed, reply) = 0, why
    for one in ticked:
        if one.booking is None:
            messages.error(request, _("A request that was ticked is not there any more."))
            continue
        try:
            _take(person, verb, one.booking, one.seen, typed or _in_words(reply, one.booking))
        except RulesBroken as broken:
            messages.error(
                request, _row(one.booking, " ".join(str(rule.message) for rule in broken.problems))
            )
        except Refusal as refused:
            messages.error(request, _row(one.booking, str(refused)))
        else:
            done += 1
    if done:
        said = (
            ngettext("%(n)s request is approved.", "%(n)s requests are approved.", done)
            if verb == "approve"
            else ngettext("%(n)s request is declined.", "%(n)s requests are declined.", done)
        )
        messages.success(request, said % {"n": done})


def _in_words(reply: ReplyTemplate | None, booking: Booking) -> str:
    """Return the words of a template for a booking of its unit; of another unit's there are none."""
    if reply is None or reply.unit_id != booking.instrument.unit_id:
        return ""
    return worded([reply], booking)[0].words


def _take(person: Person, verb: str, booking: Booking, seen: int, reason: str) -> None:
    series = booking.series
    if verb == "approve" and series is not None:
        perform(person, approve_series, series, seen=seen)
    elif verb == "approve":
        perform(person, approve_booking, booking, seen=seen)
    elif series is not None:
        perform(person, decline_series, series, reason=reason, seen=seen)
    else:
        perform(person, decline_booking, booking, reason=reason, seen=seen)


def _ticked(request: HttpRequest, person: Person) -> Iterator[Ticked]:
    """Read what was ticked, `<key>:<version>` each; what is none of the person's to see counts as gone."""
    for text in dict.fromkeys(request.POST.getlist("chosen")[:MOST]):
        key, _colon, version = text.partition(":")
        seen = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0
        try:
            yield Ticked(booking_for(person, key), seen)
        except Http404:
            yield Ticked(None, seen)


def _row(booking: Booking, why: str) -> str:
    when = time_range(booking.start, booking.end, get_language(), timezone.localdate())
    return _("%(instrument)s, %(when)s, %(person)s: %(why)s") % {
        "instrument": named(booking.instrument),
        "when": when,
        "person": booking.person,
        "why": why,
    }
