"""Views room: the page of one instrument, its week, and the booking form."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from instruments.actions.booking import request_booking
from instruments.enums import BookingState
from instruments.errors import Problem, RulesBroken, SlotTaken
from instruments.forms.booking import BookingForm, moment_of
from instruments.guarded import instrument_for
from instruments.models import Instrument
from instruments.permissions import keeps
from instruments.queries.availability import is_open_for_booking, next_free
from instruments.queries.instrument_page import price_rows, year_of_use
from instruments.queries.policy import policy_of
from instruments.queries.rates import quote
from instruments.queries.week import week
from instruments.views.offers import Offer, offers
from instruments.views.week_grid import WeekGrid, week_grid
from members.errors import NotAllowed
from members.models import Person

LENGTHS = (30, 60, 120, 180, 240, 480)


@require_safe
def instrument(request: HttpRequest, code: str) -> HttpResponse:
    """Show what it can do, what it costs the reader, when it is free, its week and the booking form."""
    shown = instrument_for(request.user, code)
    return _page(request, shown, _form(request, shown))


@require_safe
def instrument_week(request: HttpRequest, code: str) -> HttpResponse:
    """Show the week alone, for the arrows and for refreshing in place."""
    shown = instrument_for(request.user, code)
    context = {"instrument": shown, "grid": _grid(request, shown), "length": _length(request, shown)}
    return render(request, "instruments/partials/week.html", context)


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
        booking = request_booking(
            shown,
            actor=request.user,
            start=start,
            end=end,
            purpose=form.cleaned_data["purpose"],
            station=form.cleaned_data.get("station"),
            purpose_kind=form.cleaned_data["purpose_kind"],
        )
    except SlotTaken as taken:
        problems = [
            Problem(
                "slot_taken",
                _("The time is taken"),
                _clock(start, end),
                _("outside %(held)s") % {"held": _clock(c.start, c.end)},
            )
            for c in taken.conflicts
        ]
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
            problems=broken.problems,
            alternatives=offers(shown, request.user, others),
            status=422,
        )
    except NotAllowed:
        raise Http404 from None
    if booking.state == BookingState.CONFIRMED:
        messages.success(request, _("Booked. The time is yours."))
    else:
        messages.success(request, _("Requested. The time is held for you until the steward decides."))
    return redirect("instruments:booking", booking.pk)


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
    context: dict[str, Any] = {
        "instrument": shown,
        "policy": policy,
        "fields": [link.field for link in shown.field_links.select_related("field")],
        "keeps": keeps(request.user, shown),
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
        "grid": _grid(request, shown),
        "form": form,
        "quote": quote(shown, person, *chosen) if person and chosen else None,
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
    form.cleaned_data = {name: form.initial[name] for name in ("day", "start_time", "end_time")}
    return probe(form)


def _grid(request: HttpRequest, shown: Instrument) -> WeekGrid:
    wanted = request.GET.get("week", "") or request.GET.get("start", "")[:10]
    try:
        day = parse_date(wanted) or timezone.localdate()
        view = week(shown, day, request.user, sees_all=keeps(request.user, shown))
    except (ValueError, OverflowError):
        view = week(shown, timezone.localdate(), request.user, sees_all=keeps(request.user, shown))
    return week_grid(
        view, policy_of(shown), minutes=_length(request, shown), bookable=is_open_for_booking(shown)
    )


def _length(request: HttpRequest, shown: Instrument) -> int:
    wanted = request.GET.get("length", "")
    return _allowed(shown, int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 120)


def _allowed(shown: Instrument, minutes: int) -> int:
    policy = policy_of(shown)
    within = min(max(minutes, policy.shortest_minutes), policy.longest_minutes)
    return max(within - within % policy.step_minutes, policy.shortest_minutes)


def _clock(start: dt.datetime, end: dt.datetime) -> str:
    local_start, local_end = timezone.localtime(start), timezone.localtime(end)
    return f"{local_start:%m-%d %H:%M}–{local_end:%H:%M}"
