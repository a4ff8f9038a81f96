"""Views room: the week of one instrument with what a reader sees in it, and the check of an own booking's new time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from folding import times
from instruments.booking.forms.acts import MoveForm
from instruments.booking.forms.slots import moment_of
from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.bookings import own_elsewhere
from instruments.booking.queries.holding import taken_problems
from instruments.booking.queries.together import booked_together
from instruments.booking.queries.week import week
from instruments.booking.views.booking_acts import legal_acts
from instruments.booking.views.refusal import in_words
from instruments.booking.views.week_grid import WeekGrid, week_grid
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import is_custodian
from instruments.terms.errors import BrokenRule
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.usage.queries.usage import use_between
from members.models import Person

A_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Moving:
    """A new time for an own booking, judged before it is taken: what stands against it, or the form that takes it.

    `undoes` tells that it is the time before the last move; `here` is where the form leads back to.
    """

    booking: Booking
    start: dt.datetime
    end: dt.datetime
    problems: list[BrokenRule]
    can_move: bool
    price: Decimal | None
    form: MoveForm
    here: str
    undoes: bool = False


def moving(
    request: HttpRequest, shown: Instrument, pk: str, time: str, *, undoes: bool = False
) -> Moving | None:
    """Judge a new time, written as start/end, of a booking of the reader; None where the address says none.

    Nothing is written. A booking that is not theirs to see is not found.
    """
    start, end = (moment_of(part) for part in [*time.split("/", 1), ""][:2])
    try:
        booking = booking_for(request.user, UUID(pk))
    except ValueError as error:
        raise Http404 from error
    if booking.instrument_id != shown.pk or start is None or end is None or not start < end:
        return None
    now = timezone.now()
    judged = admission(
        shown,
        booking.person,
        *(start, end, now),
        companion=bool(booking.companion),
        but=booking.pk,
        beside=[row.instrument_id for row in booked_together(booking)],
    )
    problems = judged.problems + taken_problems(shown, start, end, but=booking.pk)
    back = {"moved": pk, "was": f"{booking.start.isoformat()}/{booking.end.isoformat()}"}
    page = reverse("instruments:instrument", args=[shown.code])
    query = {"week": local_day(start).isoformat()} | ({} if undoes else back)
    return Moving(
        booking,
        start,
        end,
        in_words(problems, (start, end), booking.person),
        any(act.slug == "move" for act in legal_acts(booking, request.user, now)),
        judged.quote.price,
        MoveForm(booking, initial=MoveForm.initial_of(start, end)),
        f"{page}?{urlencode(query)}#week",
        undoes,
    )


def grid_of(
    request: HttpRequest,
    shown: Instrument,
    chosen: tuple[dt.datetime, dt.datetime] | None,
    bar: str,
    length: int,
) -> tuple[WeekGrid, Decimal]:
    """Return the asked week, that of the chosen time, or the one from today on; and the hours on record before it."""
    today = timezone.localdate()
    first = local_day(chosen[0]) if chosen else today
    sees_all = is_custodian(request.user, shown)
    try:
        asked = times.day(request.GET.get("week", "")) if request.GET.get("week") else first
        view = week(shown, asked, request.user, sees_all=sees_all)
    except (ValueError, OverflowError):
        view = week(shown, today, request.user, sees_all=sees_all)
    begins = local_midnight(view.first)
    uses = use_between(shown, begins - A_WEEK, begins + A_WEEK) if begins - A_WEEK < view.now else []
    person = request.user if isinstance(request.user, Person) else None
    grid = week_grid(
        view,
        policy_of(shown),
        minutes=length,
        bar=bar,
        chosen=Interval(*chosen) if chosen and chosen[0] < chosen[1] else None,
        used=[use.interval for use in uses if not use.was_booked],
        elsewhere=list(own_elsewhere(person, shown, begins, begins + A_WEEK)) if person else [],
    )
    return grid, sum((use.hours for use in uses if use.interval.start < begins), Decimal())
