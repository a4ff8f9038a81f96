"""Views room: the page of one instrument, its week, and the booking form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from instruments.actions.booking import request_booking
from instruments.enums import BookingState
from instruments.errors import Problem, RulesBroken, SlotTaken
from instruments.forms.booking import BookingForm, QuoteForm, moment_of
from instruments.guarded import instrument_for
from instruments.models import Booking, Instrument
from instruments.permissions import can, keeps
from instruments.queries.admission import admission
from instruments.queries.availability import busy, first_free_station, is_open_for_booking, next_free
from instruments.queries.instrument_page import price_rows, year_of_use
from instruments.queries.policy import policy_of
from instruments.queries.rates import Quote
from instruments.queries.week import week
from instruments.rules.hours import local_day
from instruments.rules.intervals import Interval
from instruments.views.offers import Offer, offers
from instruments.views.refusal import in_words, slot_taken
from instruments.views.week_grid import WeekGrid, week_grid
from members.errors import NotAllowed
from members.models import Person
from webapi.idempotency import first_time

LENGTHS = (30, 60, 120, 180, 240, 480)


@dataclass(frozen=True)
class Verdict:
    """What would be said to a wished time: every broken rule (none: it can be booked) and the price."""

    start: dt.datetime
    end: dt.datetime
    problems: list[Problem]
    quote: Quote

    @property
    def minutes(self) -> int:
        """Return the length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)


@require_safe
def instrument(request: HttpRequest, code: str) -> HttpResponse:
    """Show what it can do, what it costs the reader, when it is free, its week and the booking form."""
    shown = instrument_for(request.user, code)
    return _page(request, shown, _form(request, shown))


@require_safe
def instrument_week(request: HttpRequest, code: str) -> HttpResponse:
    """Show the week alone, for the arrows and for refreshing in place."""
    shown = instrument_for(request.user, code)
    chosen = _chosen(_form(request, shown))
    context = {
        "instrument": shown,
        "policy": policy_of(shown),
        "grid": _grid(request, shown, chosen),
        "length": _length(request, shown),
    }
    return render(request, "instruments/partials/week.html", context)


@require_safe
@never_cache
def instrument_quote(request: HttpRequest, code: str) -> HttpResponse:
    """Judge the time in the form's fields and price it, without writing anything; for refreshing in place."""
    shown = instrument_for(request.user, code)
    form = QuoteForm(shown, request.GET)
    verdict = None
    if form.is_valid() and isinstance(request.user, Person):
        verdict = _verdict(shown, request.user, *form.interval(), form.cleaned_data.get("station"))
    return render(request, "instruments/partials/quote.html", {"instrument": shown, "verdict": verdict})


@require_POST
@login_required
def book(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the time; a refusal shows every broken rule, keeps what was typed and offers other times."""
    assert isinstance(request.user, Person)
    shown = instrument_for(request.user, code)
    form = BookingForm(shown, request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    start, end = form.interval()
    try:
        booking = _ask_once(shown, request.user, form)
    except SlotTaken as taken:
        problems = [slot_taken(start, end, conflict) for conflict in taken.conflicts]
        return _page(
            request,
            shown,
            form,
            problems=problems,
            alternatives=offers(shown, request.user, taken.alternatives),
            status=409,
        )
    except RulesBroken as broken:
        minutes = int((end - start).total_seconds() // 60)
        others = next_free(shown, _allowed(shown, minutes), max(start, timezone.now()))
        return _page(
            request,
            shown,
            form,
            problems=in_words(broken.problems),
            alternatives=offers(shown, request.user, others),
            status=422,
        )
    except NotAllowed:
        raise Http404 from None
    if booking is None:
        messages.info(request, _("This was sent twice; the time is booked once."))
        return redirect("portal:me")
    if booking.state == BookingState.CONFIRMED:
        messages.success(request, _("Booked. The time is yours."))
    else:
        messages.success(request, _("Requested. The time is held for you until the steward decides."))
    return redirect("instruments:booking", booking.pk)


def _ask_once(shown: Instrument, person: Person, form: BookingForm) -> Booking | None:
    """Ask for the time of a valid form; None where this very form was sent before."""
    start, end = form.interval()
    with transaction.atomic():
        wish = f"{start.isoformat()}/{end.isoformat()}/{form.cleaned_data.get('station') or ''}"
        once = form.cleaned_data["once"]
        # Another time chosen on the same page, after going back to it, is another wish.
        if once and not first_time(person.pk, f"{once}/{shown.pk}/{wish}"):
            return None
        return request_booking(
            shown,
            actor=person,
            start=start,
            end=end,
            purpose=form.cleaned_data["purpose"],
            station=form.cleaned_data.get("station"),
            purpose_kind=form.cleaned_data["purpose_kind"],
        )


def _page(
    request: HttpRequest,
    shown: Instrument,
    form: BookingForm,
    *,
    problems: list[Problem] | None = None,
    alternatives: list[Offer] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.user if isinstance(request.user, Person) else None
    policy, now = policy_of(shown), timezone.now()
    length = _length(request, shown)
    slots = offers(shown, person, next_free(shown, length, now))
    prices = price_rows(shown, person, timezone.localdate(now))
    chosen = _chosen(form)
    is_keeper = keeps(request.user, shown)
    context: dict[str, Any] = {
        "instrument": shown,
        "policy": policy,
        "fields": [link.field for link in shown.field_links.select_related("field")],
        "keeps": is_keeper,
        "manages": can(request.user, "edit_instrument", shown),
        "open": is_open_for_booking(shown),
        "prices": prices,
        "my_price": next((row for row in prices if row.is_mine), None),
        "slots": slots,
        "length": length,
        "lengths": [
            n
            for n in LENGTHS
            if policy.shortest_minutes <= n <= policy.longest_minutes and n % policy.step_minutes == 0
        ],
        "grid": _grid(request, shown, chosen),
        "form": form,
        "verdict": _verdict(shown, person, *chosen, None) if person and chosen and not problems else None,
        "problems": problems,
        "alternatives": alternatives or [],
        "use": year_of_use(shown, timezone.localdate(now).year - 1),
        "crumbs": [
            (_("Instruments"), reverse("instruments:catalogue")),
            (
                shown.unit.name_zh
                if request.LANGUAGE_CODE.startswith("zh")
                else shown.unit.name_en or shown.unit.name_zh,
                reverse("portal:unit", args=[shown.unit.code]),
            ),
            (shown.code, ""),
        ],
        "technical": [
            line.strip()
            for line in shown.technical.replace("；", "\n").replace(";", "\n").splitlines()
            if line.strip()
        ],
    }
    template = (
        "instruments/partials/booking.html"
        if request.headers.get("HX-Target") == "booking"
        else "instruments/instrument.html"
    )
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _verdict(
    shown: Instrument, person: Person, start: dt.datetime, end: dt.datetime, station: int | None
) -> Verdict:
    judged = admission(shown, person, start, end, timezone.now())
    problems = in_words(judged.problems)
    taken = busy(shown, start, end)
    if taken and first_free_station(taken, Interval(start, end), shown.station_count, station) is None:
        problems += [slot_taken(start, end, held) for held in taken]
    return Verdict(start, end, problems, judged.quote)


def _form(request: HttpRequest, shown: Instrument) -> BookingForm:
    start, end = moment_of(request.GET.get("start", "")), moment_of(request.GET.get("end", ""))
    if start is None or end is None or not start < end:
        return BookingForm(shown, initial={"day": timezone.localdate()})
    return BookingForm(shown, initial=BookingForm.initial_of(start, end))


def _chosen(form: BookingForm) -> tuple[dt.datetime, dt.datetime] | None:
    if form.is_bound:
        return form.interval() if form.is_valid() else None
    if "start_time" not in form.initial:
        return None
    probe = BookingForm.interval
    form.cleaned_data = {
        name: form.initial.get(name) for name in ("day", "start_time", "end_time", "end_day")
    }
    return probe(form)


def _grid(
    request: HttpRequest, shown: Instrument, chosen: tuple[dt.datetime, dt.datetime] | None
) -> WeekGrid:
    today = timezone.localdate()
    first = local_day(chosen[0]) if chosen else today
    sees_all = keeps(request.user, shown)
    try:
        view = week(shown, parse_date(request.GET.get("week", "")) or first, request.user, sees_all=sees_all)
    except (ValueError, OverflowError):
        view = week(shown, today, request.user, sees_all=sees_all)
    return week_grid(
        view,
        policy_of(shown),
        minutes=_length(request, shown),
        bookable=is_open_for_booking(shown),
        chosen=Interval(*chosen) if chosen else None,
    )


def _length(request: HttpRequest, shown: Instrument) -> int:
    wanted = request.GET.get("length", "")
    return _allowed(shown, int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 120)


def _allowed(shown: Instrument, minutes: int) -> int:
    policy = policy_of(shown)
    within = min(max(minutes, policy.shortest_minutes), policy.longest_minutes)
    return max(within - within % policy.step_minutes, policy.shortest_minutes)
