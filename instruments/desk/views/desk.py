"""Views room: the custodian's desk: what waits, the day of the instruments, and upkeep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from changes import perform
from display.formats import minutes, time_range
from folding import times
from instruments.booking.actions.requests import book_maintenance
from instruments.booking.errors import RulesBroken, SlotTaken
from instruments.booking.forms.slots import moment_of
from instruments.booking.models import Booking
from instruments.booking.queries.replies import worded
from instruments.booking.views.offers import Offer
from instruments.booking.views.refusal import in_words, slot_taken
from instruments.desk import queries as lists
from instruments.desk.forms import DeskMaintenanceForm
from instruments.desk.views.board import board, is_idle
from instruments.desk.views.desk_cards import Counts, answer, arrival, overdue_cards, waiting
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import stewarded_by
from instruments.inventory.queries.deputies import standing_in
from instruments.letters.queries.attachments import lacking_files
from instruments.letters.queries.messages import unread_at_desk
from instruments.replies.queries import replies_in
from instruments.terms.errors import BrokenRule
from instruments.terms.rules.hours import local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.enums import FaultState
from instruments.upkeep.queries.faults import faults_to_handle
from members.kept_pages import kept_for_person
from members.models import Person
from members.permissions import roles_of

LANES = 30
"""Instruments on one page of the board."""

FEW, MANY = 4, 100
"""Decisions shown at first, and with `?all=1`."""


@require_safe
@never_cache
@login_required
@kept_for_person(lambda: ["instruments", "units"])
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the custodian and the day of the instruments; whoever keeps none learns how to begin.

    A request by htmx gets the parts that change alone.
    """
    assert isinstance(request.user, Person)
    kept = lists.kept(request.user)
    return _page(request, request.user, kept, DeskMaintenanceForm(kept, initial=_initial(request, kept)))


@require_POST
@login_required
def maintenance(request: HttpRequest) -> HttpResponse:
    """Hold time for upkeep; a refusal keeps what was typed, names the reasons and offers other times."""
    assert isinstance(request.user, Person)
    kept = lists.kept(request.user)
    if not kept:
        raise Http404
    form = DeskMaintenanceForm(kept, request.POST)
    if not form.is_valid():
        return _page(request, request.user, kept, form, status=422)
    start, end = form.interval()
    try:
        booking = perform(
            request.user,
            book_maintenance,
            form.chosen(),
            start=start,
            end=end,
            reason=form.cleaned_data["reason"],
            station=form.cleaned_data.get("station"),
        )
    except SlotTaken as taken:
        problems = [slot_taken(start, end, held) for held in taken.conflicts]
        others = [_other_time(form.chosen(), slot.start, slot.end) for slot in taken.alternatives]
        return _page(request, request.user, kept, form, problems=problems, others=others, status=409)
    except RulesBroken as broken:
        return _page(
            request, request.user, kept, form, problems=in_words(broken.problems, (start, end)), status=422
        )
    said = _("Maintenance is entered: %(when)s, %(length)s. Nobody can book this time.") % {
        "when": time_range(booking.start, booking.end, get_language(), timezone.localdate()),
        "length": minutes((booking.end - booking.start) // dt.timedelta(minutes=1), get_language()),
    }
    messages.success(request, said, extra_tags="board")
    day = timezone.localdate(booking.start).isoformat()
    return redirect(f"{reverse('instruments:desk')}?{urlencode({'day': day})}#board")


@require_safe
@login_required
def choose_to_stop(request: HttpRequest) -> HttpResponse:
    """Lead from the desk to the page on which the chosen instrument is stopped."""
    assert isinstance(request.user, Person)
    code = request.GET.get("instrument", "")
    if all(instrument.code != code for instrument in lists.kept(request.user)):
        raise Http404
    return redirect("instruments:breakdown", code)


def _page(
    request: HttpRequest,
    person: Person,
    kept: list[Instrument],
    form: DeskMaintenanceForm,
    *,
    problems: list[BrokenRule] | None = None,
    others: list[Offer] | None = None,
    status: int = 200,
) -> HttpResponse:
    if not kept:
        return render(request, "instruments/desk/desk.html", {"kept": kept})
    now, day = timezone.now(), _day(request)
    today = timezone.localdate(now)
    found = lists.gather(person, kept, day, now)
    decisions, booked = found.decisions, found.on_day
    everything = request.GET.get("all") == "1"
    asked = decisions[: MANY if everything else FEW]
    near = lists.around(asked, found.overdue, now)
    records = lists.records(kept, found.ended)
    arrivals = [arrival(booking, now) for booking in found.arriving]
    # Who comes this afternoon is nothing to do this morning: an arrival waits once its check-in is open.
    due = [one for one in arrivals if one.is_open]
    faults, unread = faults_to_handle(kept), unread_at_desk(person, kept)
    counts = Counts(
        to_decide=len(decisions),
        to_check_in=len(due),
        overdue=len(found.overdue),
        to_confirm=len(records.unconfirmed),
        # A fault that was taken up waits for its repair, not for the desk.
        faults=sum(fault.state == FaultState.OPEN for fault in faults),
        messages=len(unread),
        slots=found.slots,
    )
    midnight = local_midnight(day)
    opened = lists.opened_on(
        [instrument.pk for instrument in kept], Interval(midnight, midnight + dt.timedelta(days=1))
    )
    down = [instrument for instrument in kept if lists.is_down(instrument)]
    busy = {row.instrument_id for row in [*found.requests, *found.overdue, *(one.booking for one in due)]}
    choices = _choices(kept, found, opened, busy, now) if day == today else {}
    chosen = request.GET.get("show", "")
    lanes = choices[chosen] if chosen in choices else _on_board(person, kept, booked)
    page = Paginator(lanes, LANES).get_page(request.GET.get("page"))
    known = replies_in(instrument.unit_id for instrument in kept) if asked else {}
    context: dict[str, Any] = {
        "kept": kept,
        "down": down,
        "counts": counts,
        "answer": answer(len(kept), len(down), counts),
        "due": counts.due,
        "waiting": waiting(counts.due),
        "records": records,
        "faults": faults,
        "wishes": lists.wishes(asked, near, found.requests),
        "unread": unread,
        "templates": [reply for replies in known.values() for reply in replies],
        "replies": {rows[0].pk: worded(known.get(rows[0].instrument.unit_id, ()), rows[0]) for rows in asked},
        "lacking": lacking_files([rows[0] for rows in asked]),
        "arrivals": due,
        "later": [one for one in arrivals if not one.is_open],
        "overdue": overdue_cards(found.overdue, near.held, now),
        "ended": found.ended,
        "board": board(list(page.object_list), booked, opened, day, now),
        "page": page,
        "is_narrowed": len(kept) > lists.WIDE and chosen not in choices,
        "choices": choices,
        "chosen": chosen if chosen in choices else "",
        "day": day,
        "today": today,
        "previous": day - dt.timedelta(days=1),
        "next": day + dt.timedelta(days=1),
        "as_list": request.GET.get("view") == "list",
        "units": sorted({instrument.unit for instrument in kept}, key=lambda unit: unit.code)[:3],
        "here": request.get_full_path() if request.method == "GET" else reverse("instruments:desk"),
        "form": form,
        "problems": problems,
        "others": others or [],
        "barred": others is None,
        "now": now,
        # Whoever stands in for nobody is not asked about.
        "stands_in": standing_in(person, today) if roles_of(person).deputy_in else [],
    }
    # htmx asks for what changes with time alone; the form and the frame of the page stay.
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "instruments/desk/partials/desk_live.html" if is_fragment else "instruments/desk/desk.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _choices(
    kept: list[Instrument],
    found: lists.Gathered,
    opened: Mapping[int, Sequence[Interval]],
    busy: Collection[int],
    now: dt.datetime,
) -> dict[str, list[Instrument]]:
    """Give the lanes of each filter of today's board: where something waits, and what stands idle."""
    # Who should have left yesterday is not on today's board and is still there.
    occupied = {booking.instrument_id for booking in found.overdue}
    return {
        "waiting": [i for i in kept if i.pk in busy or lists.is_down(i)],
        "idle": [
            i
            for i in kept
            if is_idle(i, found.on_day.get(i.pk, ()), opened[i.pk], now) and i.pk not in occupied
        ],
    }


def _on_board(
    person: Person, kept: list[Instrument], booked: Mapping[int, Sequence[Booking]]
) -> list[Instrument]:
    """Choose the lanes: all of a few; of many those kept in person and those with something on the day."""
    if len(kept) <= lists.WIDE:
        return kept
    own = stewarded_by(person)
    return [instrument for instrument in kept if instrument.pk in own or instrument.pk in booked]


def _day(request: HttpRequest) -> dt.date:
    try:
        day = times.day(request.GET.get("day", ""))
    except times.NoTime:
        return timezone.localdate()
    return day if 1992 < day.year < 8999 else timezone.localdate()


def _initial(request: HttpRequest, kept: list[Instrument]) -> dict[str, Any]:
    start, end = moment_of(request.GET.get("start", "")), moment_of(request.GET.get("end", ""))
    initial: dict[str, Any] = {"day": _day(request)}
    if start is not None and end is not None and start < end:
        initial = DeskMaintenanceForm.initial_of(start, end)
    code = request.GET.get("instrument", "")
    if any(instrument.code == code for instrument in kept):
        initial["instrument"] = code
    return initial


def _other_time(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> Offer:
    query = urlencode({"instrument": instrument.code, "start": start.isoformat(), "end": end.isoformat()})
    return Offer(start, end, f"{reverse('instruments:desk')}?{query}#upkeep", None)
