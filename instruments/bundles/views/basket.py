"""Views room: the basket: collecting steps, the earliest times at which all can be had, and booking them as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from display.templatetags.display import named
from instruments.booking.errors import SentTwice
from instruments.booking.forms.booking import QuoteForm
from instruments.booking.views.refusal import sentences
from instruments.bundles.actions.bundles import WantedPart, request_bundle
from instruments.bundles.errors import BundleBroken
from instruments.bundles.forms.basket import MOST_OPTIONS, MOST_STEPS, Basket, BasketForm, Steps
from instruments.bundles.forms.bundle import BundleForm, written
from instruments.bundles.queries.baskets import others_of_class
from instruments.bundles.queries.chains import Proposal, WantedStep, propose
from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import Instrument
from instruments.terms.queries.links import goes_with
from instruments.terms.queries.policy import policy_of, terms_of
from members.models import Person


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def basket(request: HttpRequest) -> HttpResponse:
    """Show what is collected with the earliest times for all of it; a POST keeps what was typed and looks anew."""
    assert isinstance(request.user, Person)
    kept = _kept(request)
    if request.method != "POST":
        return _page(request, kept)
    steps, choices = kept.sheets(request.POST)
    if not all([steps.is_valid(), choices.is_valid()]):
        return _page(request, kept, forms_sent=(steps, choices), status=422)
    kept.take(steps, choices)
    verb, _dash, number = request.POST.get("do", "").partition("-")
    _change(kept, request.user, verb, int(number) if number.isdecimal() and len(number) < 3 else 0)
    _keep(request, kept)
    return redirect(f"{reverse('instruments:basket')}#{'proposals' if verb in {'', 'find'} else 'steps'}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Put an instrument into the basket; a GET, as after signing in anew, leads to its page."""
    instrument = instrument_for(request.user, code)
    if request.method != "POST":
        return redirect("instruments:instrument", code)
    kept = _kept(request)
    if kept.add(code, *_wished(instrument, request.POST), goes_with(instrument)):
        _keep(request, kept)
        messages.success(request, _("%(instrument)s is in your set.") % {"instrument": named(instrument)})
    else:
        messages.error(
            request, _("A set has at most %(most)s steps. Take one out first.") % {"most": MOST_STEPS}
        )
    return redirect("instruments:basket")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def book(request: HttpRequest) -> HttpResponse:
    """Book the chosen chain as one; a refusal says what stands against which part and shows what can be had now."""
    assert isinstance(request.user, Person)
    if request.method != "POST":
        return redirect("instruments:basket")
    kept = _kept(request)
    form = _form(kept, kept.wanted(), request.POST)
    if not form.is_valid():
        return _page(request, kept, form=form, status=422)
    parts: list[WantedPart] = form.cleaned_data["chain"]
    try:
        made = perform(request.user, request_bundle, parts, **form.said())
    except SentTwice as error:
        messages.info(request, str(error))
        return redirect("instruments:bundle", error.booking)
    except BundleBroken as error:
        refused = [
            (parts[place], sentences(reasons, (parts[place].time.start, parts[place].time.end), request.user))
            for place, reasons in error.parts
        ]
        return _page(request, kept, form=form, refused=refused, status=409)
    request.session.pop(Basket.KEY, None)
    messages.success(request, _("The whole set is booked. What waits for its unit is marked."))
    return redirect("instruments:bundle", made.pk)


def _page(
    request: HttpRequest,
    kept: Basket,
    *,
    forms_sent: tuple[Steps, BasketForm] | None = None,
    form: BundleForm | None = None,
    refused: Sequence[tuple[WantedPart, Sequence[str]]] = (),
    status: int = 200,
) -> HttpResponse:
    assert isinstance(request.user, Person)
    steps, choices = forms_sent or kept.sheets()
    wanted, proposal = kept.wanted(), None
    if kept.rows and forms_sent is None:
        proposal = propose(
            wanted,
            request.user,
            kept.days,
            timezone.now(),
            in_order=kept.in_order,
            any_hour=bool(kept.choices["any_hour"]),
        )
    context: dict[str, Any] = {
        "steps": steps,
        "choices": choices,
        "proposal": proposal,
        "barred": [] if proposal is None else _barred(proposal),
        "chains": [] if proposal is None else [(written(chain), chain) for chain in proposal.chains],
        "form": form or _form(kept, wanted),
        "refused": refused,
        "room_left": len(steps.forms) < MOST_STEPS,
        "any_order_bound": kept.in_order and not kept.choices["in_order"],
        "crumbs": [(_("My page"), reverse("portal:me")), (_("Set of bookings"), "")],
    }
    return render(request, "instruments/bundles/basket.html", context, status=status)


def _form(kept: Basket, wanted: Sequence[WantedStep], data: Mapping[str, Any] | None = None) -> BundleForm:
    """Return the form of the chosen chain; it asks what the units of all that is collected ask."""
    instruments = [one for step in wanted for one in step.instruments]
    return BundleForm(data, instruments=instruments, at_night=bool(kept.choices["any_hour"]))


def _change(kept: Basket, person: Person, verb: str, number: int) -> None:
    """Move a step up, take it out, or offer the other instruments of its class beside it; `number` from 1."""
    if verb == "empty":
        kept.rows.clear()
    if not 1 <= number <= len(kept.rows):
        return
    place = number - 1
    if verb == "remove":
        del kept.rows[place]
    elif verb == "up" and place:
        kept.rows[place - 1 : place + 1] = kept.rows[place], kept.rows[place - 1]
    elif verb == "alike":
        step = kept.wanted()[place]
        room = MOST_OPTIONS - len(step.instruments)
        kept.rows[place]["codes"] += [one.code for one in others_of_class(step.instruments, person, room)]


def _barred(proposal: Proposal) -> list[tuple[int, Instrument, list[str]]]:
    return [
        (number, one, [str(reason.message) for reason in reasons]) for number, one, reasons in proposal.barred
    ]


def _wished(instrument: Instrument, data: Mapping[str, Any]) -> tuple[int, dt.datetime | None]:
    """Return the length in minutes and the time that the booking form or a row of the finder asks for.

    The usual length where none is said, or nonsense.
    """
    wish = QuoteForm(instrument, data).wish if "day" in data else None
    if wish is not None and wish[0] < wish[1]:
        return (wish[1] - wish[0]) // dt.timedelta(minutes=1), wish[0]
    said = str(data.get("minutes", ""))
    minutes = int(said) if said.isdecimal() and len(said) < 6 else 0
    return minutes or terms_of(policy_of(instrument)).usual_minutes(), None


def _kept(request: HttpRequest) -> Basket:
    return Basket(request.session.get(Basket.KEY))


def _keep(request: HttpRequest, kept: Basket) -> None:
    request.session[Basket.KEY] = kept.kept()
