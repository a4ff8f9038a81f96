"""Views room: a series on the page of each of its bookings, and what may be done with all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import StaleVersion, perform
from instruments.booking.actions.series import approve_series, cancel_series, decline_series
from instruments.booking.errors import NothingFits, RulesBroken, SlotTaken
from instruments.booking.forms.acts import ReasonForm
from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from instruments.booking.queries.replies import replies_to
from instruments.booking.queries.series import bookings_of, version_of
from instruments.booking.rules.booking_states import legal_verbs
from instruments.booking.views.booking_acts import seen_in, way_back
from instruments.booking.views.booking_life import effective_state
from members.models import Person
from members.permissions import Actor, can

_VERBS = ("approve", "decline", "cancel")


@dataclass(frozen=True)
class SeriesShown:
    """A series as a page shows it: its bookings, its version, and how many each act of this reader would meet."""

    bookings: Sequence[Booking]
    version: int
    acts: dict[str, int]
    form: ReasonForm


def series_shown(booking: Booking, reader: Actor) -> SeriesShown | None:
    """Return the series of a booking, None for one that stands alone; one query."""
    if booking.series is None:
        return None
    rows = bookings_of(booking.series)
    now = timezone.now()

    def open_to(verb: str) -> int:
        if not can(reader, f"{verb}_booking", booking):
            return 0
        return sum(
            verb in legal_verbs(effective_state(row, now))
            and (verb != "cancel" or row.start >= booking.start)
            for row in rows
        )

    acts = {verb: count for verb in _VERBS if (count := open_to(verb))}
    replies = replies_to(booking, reader) if acts else ()
    return SeriesShown(rows, version_of(rows), acts, ReasonForm(auto_id="series_%s", replies=replies))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def series_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Approve or decline what waits of a series, or give this booking and the following back; say what came of it.

    A GET, as after signing in anew, leads to the series, where the step waits.
    """
    assert isinstance(request.user, Person)
    booking = booking_for(request.user, pk)
    if booking.series is None or verb not in _VERBS:
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('instruments:booking', args=[pk])}#series")
    form = ReasonForm(request.POST, replies=replies_to(booking, request.user))
    # What is no reason is refused by the action, with the others' sentences.
    reason = form.cleaned_data["reason"] if form.is_valid() else request.POST.get("reason", "").strip()
    try:
        done = _take(verb, request.user, booking, reason=reason, seen=seen_in(request))
    except (RulesBroken, SlotTaken, NothingFits, StaleVersion) as error:
        messages.error(request, _sentence(error))
        return redirect("instruments:booking", pk)
    messages.success(request, _said(verb, len(done)))
    return way_back(request, pk)


def _take(verb: str, person: Person, booking: Booking, *, reason: str, seen: int) -> list[Booking]:
    if verb == "cancel":
        return perform(person, cancel_series, booking, reason=reason, seen=seen)
    assert booking.series is not None
    if verb == "decline":
        return perform(person, decline_series, booking.series, reason=reason, seen=seen)
    return perform(person, approve_series, booking.series, seen=seen)


def _sentence(error: Exception) -> str:
    if isinstance(error, RulesBroken):
        return " ".join(str(problem.message) for problem in error.problems)
    return str(error)


def _said(verb: str, n: int) -> str:
    if verb == "approve":
        said = ngettext("%(n)s time of the series is approved.", "%(n)s times of the series are approved.", n)
    elif verb == "decline":
        said = ngettext("%(n)s time of the series is declined.", "%(n)s times of the series are declined.", n)
    else:
        said = ngettext("%(n)s booking is given back.", "%(n)s bookings are given back.", n)
    return said % {"n": n}
