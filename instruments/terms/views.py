"""Views room: the terms of use of one instrument: opening hours, exceptions, booking rules, prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from changes import StaleVersion, perform
from changes.errors import Unresolved
from display.hits import Hit, asked, choices_in
from display.refusals import show_refusal
from display.versions import seen_in
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.guarded import inventory_unit_for, unit_instrument_for
from instruments.inventory.models import Instrument
from instruments.inventory.queries.parts import parts_of
from instruments.inventory.queries.readiness import CHARGED
from instruments.terms.actions.links import set_links
from instruments.terms.actions.policies import follow_unit, set_policy, set_unit_policy
from instruments.terms.actions.terms import (
    add_exception,
    remove_exception,
    set_opening,
    set_rate,
    take_back_rate,
)
from instruments.terms.enums import WEEKDAYS
from instruments.terms.forms.policy import PolicyForm
from instruments.terms.forms.terms import ExceptionForm, LinksForm, RateForm, WeekForm
from instruments.terms.models import BookingPolicy, OpeningException, Rate
from instruments.terms.queries.opening import coming_weeks
from instruments.terms.queries.policy import owner_of, policy_of, policy_of_unit
from instruments.terms.rules.opening import WeeklyPeriod
from members.enums import UserCategory
from members.permissions import Actor, can

MOST_PAST = 50
NOTHING_TRIED: Mapping[str, forms.Form] = {}


@dataclass(frozen=True)
class PriceLine:
    """The prices of one user category: today's, those to come, those that are over."""

    category: UserCategory
    now: Rate | None
    coming: list[Rate]
    past: list[Rate]
    needed: bool

    @property
    def yuan(self) -> Decimal | None:
        """Today's price per hour, None where none is set."""
        return self.now.yuan_per_hour if self.now else None


@require_safe
@login_required
def terms(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Show hours, exceptions, rules and prices, each with its own form."""
    return _page(request, _instrument(request, unit, code))


@require_POST
@login_required
def opening(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Set the weekly hours; the button "as Monday" only fills in the form."""
    shown = _instrument(request, unit, code)
    form = WeekForm(request.POST, instrument=shown)
    if "like_monday" in request.POST:
        return _page(request, shown, {"week": form.like_monday()}, unsaved=True)

    def save() -> str:
        perform(
            request.user,
            set_opening,
            shown,
            form.week,
            valid_from=form.valid_from,
            choices=choices_in(request.POST),
            seen=seen_in(request.POST),
        )
        return _("The opening hours are saved.")

    return _save(request, shown, form, save, "week")


@require_POST
@login_required
def exception_add(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Close or open the instrument for a while."""
    shown = _instrument(request, unit, code)
    form = ExceptionForm(request.POST)

    def save() -> str:
        data = form.cleaned_data
        perform(
            request.user,
            add_exception,
            shown,
            start=data["start"],
            end=data["end"],
            is_open=form.is_open,
            reason=data["reason"],
            choices=choices_in(request.POST),
            seen=seen_in(request.POST),
        )
        return _("The exception is added.")

    return _save(request, shown, form, save, "exception")


@require_POST
@login_required
def exception_remove(request: HttpRequest, unit: str, code: str, pk: int) -> HttpResponse:
    """Take an exception back; one that is gone already is no error."""
    shown = _instrument(request, unit, code)
    row = OpeningException.objects.select_related("instrument").filter(instrument=shown, pk=pk).first()
    done = _("The exception is removed; the week holds again.")
    return _take_back(request, shown, remove_exception, row, name="exception", done=done)


@require_POST
@login_required
def policy(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Give the instrument booking rules of its own, or let it go by those of its unit; for wishes from now on."""
    shown = _instrument(request, unit, code)
    if "follow" in request.POST:
        try:
            perform(request.user, follow_unit, shown, seen=seen_in(request.POST))
        except StaleVersion as stale:
            messages.error(request, str(stale), extra_tags="policy")
        else:
            messages.success(request, _("The rules of the unit hold from now on."), extra_tags="policy")
        return redirect(_address(shown, "policy"))
    form = PolicyForm(request.POST, policy=policy_of(shown))

    def save() -> str:
        perform(request.user, set_policy, shown, form.policy, seen=seen_in(request.POST))
        return _("The booking rules are saved. They hold for bookings from now on.")

    return _save(request, shown, form, save, "policy")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unit_rules(request: HttpRequest, unit: str) -> HttpResponse:
    """Show and set the booking rules of all instruments of a unit that have none of their own."""
    shown = inventory_unit_for(request.user, unit, "edit_unit_rules")
    stored = policy_of_unit(shown)
    form, status, overtaken = PolicyForm(policy=stored), 200, False
    if request.method == "POST":
        form = PolicyForm(request.POST, policy=stored)
        status = 422
        if form.is_valid():
            try:
                perform(request.user, set_unit_policy, shown, form.policy, seen=seen_in(request.POST))
            except InvalidInstrument as refusal:
                show_refusal(form, refusal)
            except StaleVersion:
                status, overtaken = 409, True
            else:
                messages.success(request, _("The rules of the unit are saved. They hold from now on."))
                return redirect("instruments:unit_rules", shown.code)
    own = BookingPolicy.objects.filter(instrument__unit=shown).count()
    context = {
        "unit": shown,
        "policy": form,
        "version": stored.version,
        "overtaken": overtaken,
        "own": own,
        "following": Instrument.objects.filter(unit=shown).count() - own,
    }
    return render(request, "instruments/terms/unit_rules.html", context, status=status)


@require_POST
@login_required
def links(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Say which other instruments it is always used together with; for bookings from now on."""
    shown = _instrument(request, unit, code)
    form = LinksForm(request.POST, instrument=shown)

    def save() -> str:
        perform(request.user, set_links, shown, form.cleaned_data["codes"], seen=seen_in(request.POST))
        return _("What it is used together with is saved. It holds for bookings from now on.")

    return _save(request, shown, form, save, "links")


@require_POST
@login_required
def rate(request: HttpRequest, unit: str, code: str) -> HttpResponse:
    """Set one price from a day on; a booking keeps the price it was made at."""
    shown = _instrument(request, unit, code)
    form = RateForm(request.POST)

    def save() -> str:
        data = form.cleaned_data
        perform(
            request.user,
            set_rate,
            shown,
            data["category"],
            data["yuan_per_hour"],
            data["valid_from"],
            seen=seen_in(request.POST),
        )
        return _("The price is set. Bookings made before keep theirs.")

    return _save(request, shown, form, save, "rate")


@require_POST
@login_required
def rate_remove(request: HttpRequest, unit: str, code: str, pk: int) -> HttpResponse:
    """Take back a price that has not begun; one that is gone already is no error."""
    shown = _instrument(request, unit, code)
    row = Rate.objects.select_related("instrument").filter(instrument=shown, pk=pk).first()
    done = _("The price is taken back; the one before it holds on.")
    return _take_back(request, shown, take_back_rate, row, name="rate", done=done)


ANCHORS = {
    "week": "opening", "exception": "exceptions", "policy": "policy", "links": "together", "rate": "rates"
}  # fmt: skip


def _take_back(
    request: HttpRequest,
    shown: Instrument,
    action: Callable[..., object],
    row: OpeningException | Rate | None,
    *,
    name: str,
    done: str,
) -> HttpResponse:
    """Take a row back, or ask about what rests on it; None is a row that is gone already."""
    place = ANCHORS[name]
    if row is not None:
        choices, seen = choices_in(request.POST), seen_in(request.POST)
        try:
            perform(request.user, action, row, choices=choices, seen=seen)
        except Unresolved as refusal:
            hits = asked(refusal.hits, request.POST)
            return _page(request, shown, hits=hits, hit_by=f"{name}-{row.pk}", status=422)
        except InvalidInstrument as refusal:
            said = (text for texts in refusal.fields.values() for text in texts)
            messages.error(request, " ".join(said), extra_tags=place)
            return redirect(_address(shown, place))
        except StaleVersion as stale:
            messages.error(request, str(stale), extra_tags=place)
            return redirect(_address(shown, place))
    messages.success(request, done, extra_tags=place)
    return redirect(_address(shown, place))


def _save(
    request: HttpRequest, shown: Instrument, form: forms.Form, save: Callable[[], str], name: str
) -> HttpResponse:
    if form.is_valid():
        try:
            told = save()
        except Unresolved as refusal:
            show_refusal(form, refusal)
            hits = asked(refusal.hits, request.POST)
            return _page(request, shown, {name: form}, hits=hits, hit_by=name, status=422)
        except InvalidInstrument as refusal:
            show_refusal(form, refusal)
        except StaleVersion:
            return _overtaken(request, shown, form, name)
        else:
            messages.success(request, told, extra_tags=ANCHORS[name])
            return redirect(_address(shown, ANCHORS[name]))
    return _page(request, shown, {name: form}, status=422)


def _overtaken(request: HttpRequest, shown: Instrument, form: forms.Form, name: str) -> HttpResponse:
    """Show what was typed beside what is stored now; the next sending is about the new state."""
    typed: forms.Form
    fresh = _instrument(request, shown.unit.code, shown.code)
    if isinstance(form, WeekForm):
        typed = WeekForm(request.POST, instrument=fresh)
    elif isinstance(form, PolicyForm):
        typed = PolicyForm(request.POST, policy=policy_of(fresh))
    elif isinstance(form, LinksForm):
        typed = LinksForm(request.POST, instrument=fresh)
    else:
        typed = type(form)(request.POST)
    typed.is_valid()
    return _page(request, shown, {name: typed}, overtaken=name, status=409)


def _page(
    request: HttpRequest,
    shown: Instrument,
    tried: Mapping[str, forms.Form] = NOTHING_TRIED,
    *,
    unsaved: bool = False,
    overtaken: str = "",
    hits: Sequence[Hit] = (),
    hit_by: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    exceptions = OpeningException.objects.filter(instrument=shown)
    context = {
        "unit": shown.unit,
        "instrument": shown,
        "week": tried.get("week") or WeekForm(instrument=shown),
        "unsaved": unsaved,
        "overtaken": overtaken,
        "hits": hits,
        "hit_by": hit_by,
        "parts": parts_of(shown),
        "exception": tried.get("exception") or ExceptionForm(),
        "policy": tried.get("policy") or PolicyForm(policy=policy_of(shown)),
        "policy_owner": owner_of(policy_of(shown)),
        "links": tried.get("links") or LinksForm(instrument=shown),
        "rate": tried.get("rate") or RateForm(initial={"category": request.GET.get("category", "")}),
        "coming_weeks": [
            (day, [(WEEKDAYS[p.weekday], *_clock_times(p)) for p in found])
            for day, found in coming_weeks(shown, timezone.localdate(now)).items()
        ],
        "exceptions": exceptions.filter(end__gt=now).order_by("start"),
        "past_exceptions": exceptions.filter(end__lte=now).order_by("-start")[:MOST_PAST],
        "prices": _prices(shown, timezone.localdate(now)),
        "sees_inventory": _sees_inventory(request.user, shown),
    }
    return render(request, "instruments/terms/terms.html", context, status=status)


def _clock_times(period: WeeklyPeriod) -> tuple[str, str]:
    """Opening and closing on the clock; midnight at the end is 24:00."""
    opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in (period.opens, period.closes))
    return opens, closes


def _prices(shown: Instrument, day: dt.date) -> list[PriceLine]:
    rows: dict[str, list[Rate]] = {}
    for row in Rate.objects.filter(instrument=shown).order_by("-valid_from"):
        rows.setdefault(row.category, []).append(row)
    needed = CHARGED.get(shown.sharing_mode, ())
    lines = []
    for category in UserCategory:
        begun = [row for row in rows.get(category, []) if row.valid_from <= day]
        coming = [row for row in rows.get(category, []) if row.valid_from > day]
        lines.append(
            PriceLine(category, begun[0] if begun else None, coming[::-1], begun[1:], category in needed)
        )
    return lines


def _instrument(request: HttpRequest, unit: str, code: str) -> Instrument:
    return unit_instrument_for(request.user, unit, code, "edit_terms")


def _address(shown: Instrument, anchor: str) -> str:
    return f"{reverse('instruments:terms', args=[shown.unit.code, shown.code])}#{anchor}"


def _sees_inventory(person: Actor, shown: Instrument) -> bool:
    return can(person, "view_inventory", shown.unit)
