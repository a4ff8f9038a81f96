"""The researcher's page: what do I have to do, what is coming?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from display.formats import minutes
from evaluations.entries.queries.waiting import waiting_for
from folding import times
from instruments.booking.enums import WAITING_STATES, BookingKind
from instruments.booking.models import Booking
from instruments.booking.queries.booking_page import steps_of
from instruments.booking.queries.bookings import in_custody_of
from instruments.booking.queries.shut import Shut
from instruments.booking.views.booking_acts import LegalAct, form_of, legal_acts
from instruments.booking.views.booking_life import (
    LifeStep,
    check_in_opens,
    effective_state,
    life,
    released_at,
)
from instruments.booking.views.offers import again
from instruments.inventory.models import Instrument
from instruments.letters.queries.messages import unread_by
from members.kept_pages import kept_for_person
from members.models import Person
from notices.kinds import write
from notices.models import Notice
from portal.queries.agenda import Agenda, agenda, month

NOTICES = 6
A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Next:
    """The booking that comes next, open on the page: how far away, its life, what may be done, if and why `shut`."""

    booking: Booking
    state: str
    ahead: str
    opens: dt.datetime
    released: dt.datetime
    steps: list[LifeStep]
    choices: list[LegalAct]
    shut: Shut | None


@require_safe
@never_cache
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Lead whoever has signed in to where their work lies: custodians to their desk, all others to their own page."""
    assert isinstance(request.user, Person)
    keeps = Instrument.objects.filter(in_custody_of(request.user)).exists()
    return redirect("instruments:desk" if keeps else "portal:me")


@require_safe
@never_cache
@login_required
@kept_for_person(lambda: ["instruments", "units", "rounds"])
def me(request: HttpRequest) -> HttpResponse:
    """Show the person's to-dos, coming and past bookings, newest notices."""
    assert isinstance(request.user, Person)
    now = timezone.now()
    language = get_language() or "zh-hans"
    own = agenda(request.user, now)
    waiting, unread = waiting_for(request.user), unread_by(request.user)
    ahead = [booking for booking in own.coming if booking.end > now]
    # A request is no next use: it is the next thing only where nothing is certain.
    certain = (booking for booking in ahead if booking.state not in WAITING_STATES)
    coming = next(certain, ahead[0] if ahead else None)
    first = _month(request)
    return render(
        request,
        "portal/me.html",
        {
            "agenda": own,
            "again": {row.pk: again(row, now) for row in own.past if row.kind == BookingKind.USE},
            "waiting": waiting,
            "unread": unread,
            "things": len(own.todos) + len(waiting) + len(unread),
            "next": _next(own, coming, request.user, now) if coming is not None else None,
            "notices": [
                (notice, write(notice.kind, notice.context, language))
                for notice in Notice.objects.filter(person=request.user)[:NOTICES]
            ],
            "now": now,
            "today": timezone.localdate(now),
            "month": month(request.user, first) if first else None,
            "first": first,
            "this_month": f"{timezone.localdate(now):%Y-%m}",
            "month_before": f"{first - A_DAY:%Y-%m}" if first else "",
            "month_after": f"{first + 31 * A_DAY:%Y-%m}" if first else "",
        },
    )


def _month(request: HttpRequest) -> dt.date | None:
    """Return the first day of the month that the address asks for, None where it asks for none."""
    try:
        first = times.day(f"{request.GET.get('month', '')}-01")
    except times.NoTime:
        return None
    return first if 1992 < first.year < 8999 else None


def _next(own: Agenda, booking: Booking, person: Person, now: dt.datetime) -> Next:
    acts = legal_acts(booking, person, now)
    return Next(
        booking,
        effective_state(booking, now),
        _ahead(booking.start - now),
        check_in_opens(booking),
        released_at(booking),
        life(booking, steps_of(booking), now),
        [LegalAct(act, form_of(act, booking, person)) for act in acts],
        own.shut.get(booking.pk),
    )


def _ahead(length: dt.timedelta) -> str:
    """Say how far away something is."""
    if length <= dt.timedelta(0):
        return _("now")
    if length >= A_DAY:
        return ngettext("in %(n)s day", "in %(n)s days", length.days) % {"n": length.days}
    whole = max(length // dt.timedelta(minutes=1), 1)
    return _("in %(length)s") % {"length": minutes(whole, get_language())}
