"""Views room: a series before it is booked: every time with its price or what stands against it, and the ways on."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from changes import perform
from display.templatetags.display import named
from instruments.booking.actions.series import request_series
from instruments.booking.enums import WAITING_STATES
from instruments.booking.errors import NothingFits, SentTwice, SeriesBroken
from instruments.booking.forms.booking import BookingForm
from instruments.booking.queries.series import Occurrence, bookings_of, judged_series
from instruments.booking.views.refusal import sentences
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import approval_needed, policy_of
from instruments.terms.queries.rates import category_of
from members.models import Person

MODES = ("all", "free")
"""Every time or none; those that can be had."""


def series(request: HttpRequest, shown: Instrument, person: Person, form: BookingForm) -> HttpResponse:
    """Show every time of the series that a valid form asks for, or book it where the way is chosen."""
    mode = request.POST.get("mode", "")
    if mode not in MODES:
        return _preview(request, shown, person, form)
    try:
        made = perform(
            person,
            request_series,
            shown,
            form.series_times(),
            rule=form.rule,
            leave_out=mode == "free",
            said=form.said(),
        )
    except SentTwice as error:
        messages.info(request, str(error))
        return redirect("portal:me")
    except (SeriesBroken, NothingFits) as error:
        return _preview(request, shown, person, form, refused=str(error))
    bookings = bookings_of(made)
    said = (
        ngettext("%(n)s time is requested.", "%(n)s times are requested.", len(bookings))
        if bookings[0].state in WAITING_STATES
        else ngettext("%(n)s time is booked.", "%(n)s times are booked.", len(bookings))
    )
    messages.success(request, said % {"n": len(bookings)})
    return redirect("instruments:booking", bookings[0].pk)


def _preview(
    request: HttpRequest, shown: Instrument, person: Person, form: BookingForm, *, refused: str = ""
) -> HttpResponse:
    station, person = form.cleaned_data.get("station"), form.person or person
    judged = judged_series(shown, person, form.series_times(), timezone.now(), station)
    fitting = [one for one in judged if one.fits]
    context = {
        "instrument": shown,
        "rows": [(one, sentences(one.problems, (one.time.start, one.time.end), person)) for one in judged],
        "fitting": fitting,
        "price": sum((one.price for one in fitting if one.price is not None), start=Decimal(0)),
        "owner": form.person,
        "elsewhere": form.person is None and any(one.elsewhere for one in fitting),
        "asks": any(_asks(shown, person, one) for one in judged),
        "kept": [(name, value) for name, value in form.data.items() if name not in _NOT_KEPT],
        "knows": form.cleaned_data["knowing"],
        "refused": refused,
        "crumbs": [
            (_("Instruments"), reverse("instruments:catalogue")),
            (named(shown), reverse("instruments:instrument", args=[shown.code])),
            (_("Series"), ""),
        ],
    }
    return render(request, "instruments/booking/series.html", context, status=409 if refused else 200)


def _asks(shown: Instrument, person: Person, one: Occurrence) -> bool:
    return approval_needed(policy_of(shown), category_of(person, shown), one.time.length)


_NOT_KEPT = {"csrfmiddlewaretoken", "mode", "knowing"}
