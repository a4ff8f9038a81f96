"""Views room: the page of one instrument, its week, and the booking form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import perform
from display.templatetags.display import named
from instruments.booking.enums import BookingState
from instruments.booking.errors import OwnOverlap, RulesBroken, SentTwice, SlotTaken
from instruments.booking.forms.booking import BookingForm, QuoteForm
from instruments.booking.forms.slots import moment_of
from instruments.booking.models import Booking
from instruments.booking.queries.admission import closed_to
from instruments.booking.views.booking_acts import requested
from instruments.booking.views.offers import span_query
from instruments.booking.views.refusal import Refusal, refusal
from instruments.bundles.errors import BundleBroken
from instruments.catalogue.queries.instrument_page import price_rows, year_of_use
from instruments.catalogue.views.series import series
from instruments.catalogue.views.together import ask_together, next_times, offered, refused_together
from instruments.catalogue.views.verdict import verdict_of
from instruments.catalogue.views.week import grid_of, moving
from instruments.inventory.enums import SharingMode
from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import is_custodian
from instruments.letters.actions.attachments import SentFile, request_with_files
from instruments.letters.views.attachments import files_with
from instruments.terms.errors import problem
from instruments.terms.queries.links import goes_with
from instruments.terms.queries.policy import approval_needed, policy_of, terms_of
from instruments.terms.queries.rates import category_of
from instruments.terms.rules.intervals import Interval
from instruments.terms.wording import limits_in_words
from instruments.waiting.views.joining import only_taken
from members.kept_pages import kept_for_readers
from members.models import Person
from members.permissions import can
from members.queries.people import person_by_email

LENGTHS = (30, 60, 120, 180, 240, 480)


def _of_instrument(code: str) -> list[str]:
    """What the pages of an instrument show: itself, its bookings and its use, and the lists its names come from."""
    return [f"instrument.{code}", "units", "lists"]


@require_safe
@kept_for_readers(60, _of_instrument)
def instrument(request: HttpRequest, code: str) -> HttpResponse:
    """Show what it can do, what it costs the reader, when it is free, its week and the booking form."""
    shown = instrument_for(request.user, code)
    return _page(request, shown, _form(request, shown))


@require_safe
@kept_for_readers(60, _of_instrument)
def instrument_week(request: HttpRequest, code: str) -> HttpResponse:
    """Show the week alone, for the arrows and for refreshing in place; six queries for a reader signed in."""
    shown = instrument_for(request.user, code)
    length = _length(request, shown)
    grid, before = grid_of(request, shown, _form(request, shown).wish, bar_of(shown, request.user), length)
    context = {
        "instrument": shown,
        "policy": policy_of(shown),
        "grid": grid,
        "hours_before": before,
        "length": length,
    }
    return render(request, "instruments/catalogue/partials/week.html", context)


@require_safe
@never_cache
def instrument_quote(request: HttpRequest, code: str) -> HttpResponse:
    """Judge the time in the form's fields and price it, without writing anything; for refreshing in place.

    With `moves`, a booking of the reader, it is that one's new time which is judged.
    """
    shown = instrument_for(request.user, code)
    if "moves" in request.GET:
        moved = moving(request, shown, request.GET["moves"], request.GET.get("to", ""))
        return render(request, "instruments/catalogue/partials/moving.html", {"moving": moved})
    form = QuoteForm(shown, request.GET)
    verdict = None
    if form.is_valid() and isinstance(request.user, Person):
        whom = _other(request, shown)
        verdict = verdict_of(
            shown,
            whom or request.user,
            form.interval(),
            form.cleaned_data.get("station"),
            own=whom is None,
            companion=bool(request.GET.get("companion", "").strip()),
            beside=goes_with(shown) if whom is None else (),
        )
    return render(
        request,
        "instruments/catalogue/partials/quote.html",
        {"instrument": shown, "verdict": verdict, "asked": form},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the time; a refusal shows every broken rule, keeps what was typed and offers other times.

    A visitor signs in first and comes back to the form as filled in; nothing is booked without pressing again. A GET
    leads to the form.
    """
    if request.method != "POST":
        return redirect(f"{reverse('instruments:instrument', args=[code])}#book")
    if not isinstance(request.user, Person):
        return redirect_to_login(_filled_in(request, code), reverse("account_login"))
    shown = instrument_for(request.user, code)
    beside = goes_with(shown)
    form = BookingForm(shown, request.POST, for_others=is_custodian(request.user, shown), beside=beside)
    form.full_clean()
    files = files_with(request, shown, form)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    owner = form.person or request.user
    if beside and form.person is None:
        return _book_together(request, [shown, *beside], request.user, form)
    if form.rule:
        return series(request, shown, request.user, form)
    try:
        booking = _ask(shown, request.user, form, files)
    except SentTwice as error:
        messages.info(request, str(error))
        return redirect("portal:me")
    except OwnOverlap:
        return _page(request, shown, form, status=409)
    except (SlotTaken, RulesBroken) as error:
        return _page(request, shown, form, refused=_refused(shown, owner, form, error))
    if form.person is not None:
        messages.success(request, _("Booked for %(person)s, who has been told.") % {"person": owner})
    elif booking.state == BookingState.CONFIRMED:
        messages.success(request, _("Booked. The time is yours."))
    else:
        messages.success(request, requested(booking))
    return redirect("instruments:booking", booking.pk)


def _book_together(
    request: HttpRequest, all_of_them: Sequence[Instrument], person: Person, form: BookingForm
) -> HttpResponse:
    """Book an instrument with those it is used together with as one set."""
    try:
        made = ask_together(all_of_them, person, form)
    except SentTwice as error:
        messages.info(request, str(error))
        return redirect("instruments:bundle", error.booking)
    except BundleBroken as error:
        refused = refused_together(all_of_them, person, form, error)
        return _page(request, all_of_them[0], form, refused=refused)
    messages.success(request, _("All of them are booked as one set. What waits for its unit is marked."))
    return redirect("instruments:bundle", made.pk)


def _filled_in(request: HttpRequest, code: str) -> str:
    """Return the address of the form with what a visitor chose and typed; a hidden instrument tells nothing."""
    page = reverse("instruments:instrument", args=[code])
    try:
        form = BookingForm(instrument_for(request.user, code), request.POST)
    except Http404:
        return page
    typed = {name: value[:300] for name, value in form.data.items() if BookingForm.says(name)}
    chosen = span_query(*form.wish) if form.wish is not None else {}
    query = urlencode(chosen | {name: value for name, value in typed.items() if value})
    return f"{page}?{query}#book"


def _refused(
    shown: Instrument, person: Person, form: BookingForm, error: SlotTaken | RulesBroken
) -> tuple[Refusal, int]:
    """Put the refusal into words, with the status it is answered with."""
    station = form.cleaned_data.get("station")
    if isinstance(error, SlotTaken):
        problems = [problem("slot_taken", held=span) for span in error.conflicts]
        return refusal(shown, person, form.interval(), problems, station=station), 409
    return refusal(shown, person, form.interval(), error.problems, station=station), 422


def _ask(shown: Instrument, person: Person, form: BookingForm, files: Sequence[SentFile]) -> Booking:
    """Ask for the time of a valid form, with files. Raises what `request_with_files` raises."""
    start, end = form.interval()
    return perform(person, request_with_files, shown, start=start, end=end, files=files, **form.said())


def _page(
    request: HttpRequest,
    shown: Instrument,
    form: BookingForm,
    *,
    refused: tuple[Refusal, int] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.user if isinstance(request.user, Person) else None
    policy, now = policy_of(shown), timezone.now()
    length = _length(request, shown)
    bar = bar_of(shown, request.user)
    beside = form.beside
    all_of_them = [shown, *beside]
    slots = [] if bar else offered(all_of_them, person, next_times(all_of_them, length, now))
    prices = price_rows(shown, person, timezone.localdate(now))
    wish = form.wish
    grid, before = grid_of(request, shown, wish, bar, length)
    told, status = refused or (None, status)
    context: dict[str, Any] = {
        "instrument": shown,
        "policy": policy,
        "limits": limits_in_words(policy),
        "asks": policy.approval_required
        if person is None
        else approval_needed(policy, category_of(person, shown), _wished(wish, length)),
        "fields": [link.field for link in shown.field_links.select_related("field")],
        "beside": beside,
        "keeps": is_custodian(request.user, shown),
        "manages": can(request.user, "edit_instrument", shown),
        "bar": bar,
        "prices": prices,
        "my_price": next((row for row in prices if row.is_mine), None),
        "slots": slots,
        "length": length,
        "lengths": [
            n
            for n in LENGTHS
            if policy.shortest_minutes <= n <= policy.longest_minutes and n % policy.step_minutes == 0
        ],
        "grid": grid,
        "hours_before": before,
        "moving": moving(request, shown, request.GET["moved"], request.GET.get("was", ""), undoes=True)
        if person and "moved" in request.GET
        else None,
        "form": form,
        "verdict": verdict_of(shown, form.person or person, wish, own=form.person is None, beside=beside)
        if person and wish and not told and not bar
        else None,
        "refusal": told,
        "waits_for": Interval(*wish)
        if wish and told is not None and form.person is None and not beside and only_taken(told.problems)
        else None,
        "use": year_of_use(shown, timezone.localdate(now).year - 1),
        "crumbs": [
            (_("Instruments"), reverse("instruments:catalogue")),
            (named(shown.unit), reverse("portal:unit", args=[shown.unit.code])),
            (shown.code, ""),
        ],
        "technical": [
            line.strip()
            for line in shown.technical.replace("；", "\n").replace(";", "\n").splitlines()
            if line.strip()
        ],
    }
    template = (
        "instruments/booking/partials/booking.html"
        if request.headers.get("HX-Target") == "booking"
        else "instruments/catalogue/instrument.html"
    )
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _wished(wish: tuple[dt.datetime, dt.datetime] | None, minutes: int) -> dt.timedelta:
    """Return how long the wish is, or would be."""
    return dt.timedelta(minutes=minutes) if wish is None else wish[1] - wish[0]


def bar_of(shown: Instrument, reader: Person | AnonymousUser) -> str:
    """Say why this reader can book it at no time: a state, `unit`, a sharing mode, or the rule on who may; else empty.

    A visitor may be of the unit that alone may book, but shows it only by signing in.
    """
    person = reader if isinstance(reader, Person) else None
    problems = closed_to(shown, person, timezone.now())
    if not problems:
        return shown.sharing_mode if person is None and shown.sharing_mode != SharingMode.EXTERNAL else ""
    words = {"instrument_state": shown.state, "unit_state": "unit", "sharing_mode": "internal"}
    return words.get(problems[0].rule, problems[0].rule)


def _form(request: HttpRequest, shown: Instrument) -> BookingForm:
    start, end = moment_of(request.GET.get("start", "")), moment_of(request.GET.get("end", ""))
    typed = {name: value[:300] for name, value in request.GET.items() if BookingForm.says(name)}
    chosen: dict[str, object] = {"day": timezone.localdate()}
    if start is not None and end is not None and start < end:
        chosen = BookingForm.initial_of(start, end)
    return BookingForm(
        shown, initial=chosen | typed, for_others=is_custodian(request.user, shown), beside=goes_with(shown)
    )


def _other(request: HttpRequest, shown: Instrument) -> Person | None:
    """Return for whom a custodian is about to book, once the address is one of an account."""
    email = request.GET.get("whom", "")
    known = person_by_email(email) if email and is_custodian(request.user, shown) else None
    return known if known is not None and known.is_active else None


def _length(request: HttpRequest, shown: Instrument) -> int:
    wanted = request.GET.get("length", "")
    terms = terms_of(policy_of(shown))
    if wanted.isdecimal() and len(wanted) < 6:
        return terms.nearest_minutes(int(wanted))
    return terms.usual_minutes()
