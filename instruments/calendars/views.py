"""Views room: calendars for other programs, and the page on which their addresses are made and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Availability, Event

from changes import perform
from display.templatetags.display import named
from instruments.booking.guarded import booking_for
from instruments.calendars import actions, queries, wording
from instruments.calendars.enums import FeedKind
from instruments.calendars.models import CalendarFeed
from instruments.calendars.permissions import Followed, followed_by
from instruments.inventory.guarded import instrument_for
from instruments.terms.rules.hours import local_day
from members.guarded import unit_for
from members.models import MemberUnit, Person
from members.permissions import Actor, can, roles_of
from webapi.tokens import digest_of

MADE = "made_calendar"
"""Where the session keeps a new address until the page that shows it, and no longer."""
KEPT_SECONDS = 300
CONTENT = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Choice:
    """A calendar that may be followed, with its address if there is one."""

    followed: Followed
    feed: CalendarFeed | None

    @property
    def title(self) -> str:
        """What it is called on the page."""
        target = self.followed.target
        return str(self.followed.kind.label) if target is None else named(target)

    @property
    def anchor(self) -> str:
        """Where on the page it stands."""
        target = self.followed.target
        return self.followed.kind if target is None else f"{self.followed.kind}-{target.code}"


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Give a calendar to whoever knows its address, as its person may see it now; 304 where nothing has changed."""
    known = queries.feed_under(digest_of(secret))
    if known is None:
        return HttpResponse(
            "404", status=404, content_type="text/plain", headers={"Cache-Control": "no-store"}
        )
    now = timezone.now()
    held = queries.held_by(known, now)
    actions.note_use(known, now)
    etag = f'"{held.mark(now)}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        with translation.override(held.person.language):
            answer = HttpResponse(_written(held, now), content_type=CONTENT)
        answer.headers["Content-Disposition"] = 'inline; filename="instruments.ics"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@never_cache
@login_required
def booking_file(request: HttpRequest, pk: str) -> HttpResponse:
    """Give one booking as a file for a calendar program, to whoever may see it."""
    assert isinstance(request.user, Person)
    shown = queries.one_booking(booking_for(request.user, pk).pk)
    name, content = wording.file_of(shown, request.user, timezone.now())
    return HttpResponse(
        content, content_type=CONTENT, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def calendars(request: HttpRequest) -> HttpResponse:
    """List what the person may follow; a POST makes an address, which the next page shows this one time."""
    assert isinstance(request.user, Person)
    if request.method == "POST":
        secret = perform(request.user, actions.make_feed, _wanted(request))
        request.session[MADE] = settings.SITE_URL + reverse("instruments:calendar_feed", args=[secret])
        return redirect("instruments:calendars")
    made = request.session.pop(MADE, "") if request.method == "GET" else ""
    feeds = queries.live_feeds(request.user)
    context = {"made": made, "choices": _choices(request, feeds), "program": made.partition(":")[2]}
    return render(request, "instruments/calendars/calendars.html", context)


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the person's own addresses."""
    known = CalendarFeed.objects.filter(person=request.user.pk, pk=pk).first()
    if known is None:
        raise Http404
    perform(request.user, actions.end_feed, known)
    messages.success(request, _("The address no longer works."))
    return redirect("instruments:calendars")


def _wanted(request: HttpRequest) -> Followed:
    """Read what is to be followed; what the person may not see is as if it were missing. Raises Http404."""
    kind, code = request.POST.get("kind", ""), request.POST.get("code", "")
    if kind not in FeedKind.values:
        raise Http404
    if kind == FeedKind.INSTRUMENT:
        return Followed(FeedKind.INSTRUMENT, instrument_for(request.user, code))
    if kind == FeedKind.UNIT:
        return Followed(FeedKind.UNIT, unit_for(request.user, code))
    return Followed(FeedKind(kind))


def _choices(request: HttpRequest, feeds: Sequence[CalendarFeed]) -> list[Choice]:
    """Return what the person may follow, with the address there is: own, kept, units, and what was asked for."""
    person = request.user
    assert isinstance(person, Person)
    roles = roles_of(person)
    units = MemberUnit.objects.filter(pk__in=roles.manager_of | roles.viewer_in).order_by("code")
    code, house = request.GET.get("instrument", ""), request.GET.get("unit", "")
    asked = [Followed(FeedKind.INSTRUMENT, instrument_for(person, code))] if code else []
    if house:
        asked.append(Followed(FeedKind.UNIT, unit_for(person, house)))
    followed = [
        Followed(FeedKind.MINE),
        Followed(FeedKind.KEPT),
        *(Followed(FeedKind.UNIT, unit) for unit in units),
        *asked,
    ]
    made = {followed_by(feed): feed for feed in feeds}
    once = dict.fromkeys([*followed, *made])
    return [Choice(one, made.get(one)) for one in once if can(person, "follow_calendar", one)]


def may_follow_unit(person: Actor, unit: MemberUnit) -> bool:
    """Tell whether a page about a unit offers its calendar."""
    return can(person, "follow_calendar", Followed(FeedKind.UNIT, unit))


FUNCTIONS = {"may_follow_unit": may_follow_unit}


def _written(held: queries.Held, now: dt.datetime) -> bytes:
    followed = held.followed
    by = {FeedKind.MINE: "what", FeedKind.INSTRUMENT: "who"}.get(followed.kind, "both")
    events = wording.events(held.bookings, now, by=by, names=held.names)
    parts: list[Event | Availability] = []
    if (opening := held.opening) is not None:
        parts += wording.closures(opening.instrument, opening.exceptions)
        parts.append(
            wording.availability(opening.instrument, opening.periods, opening.exceptions, local_day(now))
        )
    title = wording.title_of(followed.kind, followed.target)
    return wording.calendar(title, f"calendar-{held.feed}", events, parts)
