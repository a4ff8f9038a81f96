"""Views room: stopping an instrument in one step, with everybody who is hit, and changing for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import StaleVersion, perform
from changes.dependants import ALL, CANCEL, KEEP, OFFER
from changes.errors import Conflict, FieldsRefused
from display.formats import time_range
from display.hits import PREFIX, choices_in
from display.refusals import show_refusal
from display.templatetags.display import named
from display.versions import VERSION, seen_in
from folding.times import LOCAL
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.models import Instrument
from instruments.upkeep.actions.breakdowns import change_breakdown, stop_instrument
from instruments.upkeep.actions.hits import hit_key
from instruments.upkeep.errors import BreakdownOver, NoWayOut, StandsAlready
from instruments.upkeep.forms.breakdowns import BreakdownForm, ChangeForm, OutageForm
from instruments.upkeep.guarded import stoppable_for
from instruments.upkeep.models import Breakdown
from instruments.upkeep.queries.breakdowns import held_in, hit_by, standing_breakdown, staying_in, ways_out
from instruments.upkeep.queries.faults import standing_faults
from instruments.upkeep.rules.outages import Outage
from instruments.upkeep.rules.ways import way_key
from members.models import Person

MOVE = "move"
WORDS = {
    OFFER: pgettext_lazy("a booking that is hit", "ask its person to move it, with free times"),
    KEEP: pgettext_lazy("a booking that is hit", "keep it and tell its person"),
    CANCEL: pgettext_lazy("a booking that is hit", "cancel it and tell its person"),
}
OF_ALL = {
    MOVE: pgettext_lazy("for everybody who is hit", "move to the first free time"),
    OFFER: pgettext_lazy("for everybody who is hit", "ask to move"),
    KEEP: pgettext_lazy("for everybody who is hit", "keep"),
    CANCEL: pgettext_lazy("for everybody who is hit", "cancel"),
}
DAY_ENDS = dt.time(18)


@dataclass(frozen=True)
class HitRow:
    """One booking that is hit as the page asks about it: what may become of it, and what was chosen so far."""

    booking: Booking
    name: str
    choices: Sequence[tuple[str, str | Promise]]
    chosen: str
    is_open: bool
    """The page was sent without an answer for it."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def breakdown(request: HttpRequest, code: str) -> HttpResponse:
    """Stop an instrument: what is broken, until when, and what becomes of everybody who is hit, in one change.

    Of one that stands still already, change until when. htmx gets those who are hit alone.
    """
    assert isinstance(request.user, Person)
    shown = stoppable_for(request.user, code)
    standing = standing_breakdown(shown)
    if standing is not None:
        standing.instrument = shown
    if request.method != "POST":
        asks = request.headers.get("HX-Request") == "true" and "day" in request.GET
        return _page(request, shown, standing, _form(shown, standing, request, bound=asks))
    if (standing is not None) != (VERSION in request.POST):
        # What was sent is about a break-down that has come or gone meanwhile.
        overtaken = BreakdownOver() if standing is None else StandsAlready()
        form = _form(shown, standing, request, bound=False)
        return _page(request, shown, standing, form, refused=str(overtaken), status=409)
    form = _form(shown, standing, request, bound=True)
    refused, status = "", 422
    if form.is_valid():
        try:
            done = _take(request, shown, standing, form)
        except NoWayOut as error:
            gone = f"{PREFIX}{error.booking}."
            kept = request.POST.copy()
            for name in [name for name in kept if name.startswith(gone)]:
                del kept[name]
            request.POST = kept  # type: ignore[assignment]
            refused, status = str(error), 409
        except (Conflict, StaleVersion) as error:
            refused, status = str(error), 409
            standing = standing_breakdown(shown)
        except RulesBroken as broken:
            for wrong in broken.problems:
                form.add_error("words" if wrong.rule == "words" else "end_time", str(wrong.message))
        except FieldsRefused as wrong:
            show_refusal(form, wrong)
        else:
            messages.success(request, _said(done))
            return redirect("instruments:fault", done.fault_id)
    if isinstance(form, BreakdownForm):
        form.keep_photo()
    return _page(request, shown, standing, form, refused=refused, status=status)


def _form(shown: Instrument, standing: Breakdown | None, request: HttpRequest, *, bound: bool) -> OutageForm:
    data: list[Any] = []
    if bound:
        data = [request.POST, request.FILES] if request.method == "POST" else [request.GET]
    if standing is not None:
        initial = ChangeForm.initial_of(standing.start.astimezone(LOCAL), standing.end.astimezone(LOCAL))
        return ChangeForm(standing, *data[:1], initial=initial | {"stations": standing.stations})
    now = timezone.localtime().replace(second=0, microsecond=0)
    end = now.replace(hour=DAY_ENDS.hour, minute=0)
    if end - now < dt.timedelta(hours=2):
        end += dt.timedelta(days=1)
    faults = standing_faults(shown)
    chosen = request.GET.get("fault", "") if request.method != "POST" else ""
    initial = BreakdownForm.initial_of(now, end)
    for fault in faults:
        if str(fault.pk) == chosen:
            initial |= {"fault": chosen, "stations": [fault.station] if fault.station else []}
    return BreakdownForm(shown, faults, *data, initial=initial)


def _take(request: HttpRequest, shown: Instrument, standing: Breakdown | None, form: OutageForm) -> Breakdown:
    start, end = form.interval()
    outage = _outage(shown, standing, form)
    choices = _choices(request, shown, outage)
    if standing is not None:
        return perform(
            request.user,
            change_breakdown,
            standing,
            end=end,
            stations=form.chosen_stations,
            choices=choices,
            seen=seen_in(request.POST),
        )
    assert isinstance(form, BreakdownForm)
    said = form.cleaned_data
    return perform(
        request.user,
        stop_instrument,
        shown,
        words=said["words"],
        severity=said["severity"],
        start=start,
        end=end,
        stations=form.chosen_stations,
        fault=form.chosen_fault,
        photo=said["photo"],
        under_repair=said["under_repair"],
        choices=choices,
    )


def _choices(request: HttpRequest, shown: Instrument, outage: Outage | None) -> dict[str, str]:
    """Return what was chosen for each; one choice for all holds for those that the page showed, and no others."""
    chosen = choices_in(request.POST)
    of_all = chosen.pop(ALL, "")
    first: Mapping[str, str] = {}
    if of_all == MOVE and outage is not None and isinstance(request.user, Person):
        now = timezone.now()
        hits = list(hit_by(held_in(shown, outage, now)))
        ways = ways_out(shown, hits, outage, request.user, now=now)
        first = {hit_key(hit): way_key(ways[hit.pk][0]) for hit in hits if ways.get(hit.pk)}
    return {key: value or (first.get(key, "") if of_all == MOVE else of_all) for key, value in chosen.items()}


def _outage(shown: Instrument, standing: Breakdown | None, form: OutageForm) -> Outage | None:
    """Return what the form says so far of when and where, or None where that is nothing yet."""
    wish = form.wish
    if wish is None or wish[1] <= wish[0] or "stations" in form.errors:
        return None
    start = wish[0] if standing is None else standing.start
    if start >= wish[1]:
        return None
    return Breakdown(
        instrument=shown,
        stations=list(form.cleaned_data.get("stations") or ()),
        start=start.astimezone(dt.UTC),
        end=wish[1].astimezone(dt.UTC),
    ).outage


def _page(
    request: HttpRequest,
    shown: Instrument,
    standing: Breakdown | None,
    form: OutageForm,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    assert isinstance(request.user, Person)
    now, outage = timezone.now(), _outage(shown, standing, form)
    rows: list[HitRow] = []
    stays: list[Booking] = []
    if outage is not None:
        held = held_in(shown, outage, now)
        hits, stays = list(hit_by(held)), list(staying_in(held, now))
        rows = _rows(request, shown, hits, outage, now)
    context = {
        "instrument": shown,
        "form": form,
        **form.parts,
        "standing": standing,
        "rows": rows,
        "of_all": OF_ALL.items() if len(rows) > 1 else (),
        "stays": stays,
        "outage": outage,
        "refused": refused,
        "here": reverse("instruments:breakdown", args=[shown.code]),
        "crumbs": [
            (_("Desk"), reverse("instruments:desk")),
            (named(shown), reverse("instruments:instrument", args=[shown.code])),
            (_("Break-down"), ""),
        ],
    }
    is_fragment = request.headers.get("HX-Request") == "true" and request.method != "POST"
    template = "partials/breakdown_hits.html" if is_fragment else "breakdown.html"
    response = render(request, f"instruments/upkeep/{template}", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _rows(
    request: HttpRequest, shown: Instrument, hits: Sequence[Booking], outage: Outage, now: dt.datetime
) -> list[HitRow]:
    assert isinstance(request.user, Person)
    ways = ways_out(shown, hits, outage, request.user, now=now)
    places = {slot.instrument_code for slots in ways.values() for slot in slots} - {shown.code}
    names = {one.code: one for one in Instrument.objects.filter(code__in=places)} if places else {}
    said = choices_in(request.POST if request.method == "POST" else request.GET)
    rows = []
    for hit in hits:
        choices: list[tuple[str, str | Promise]] = [
            (way_key(slot), _way(slot, shown, names)) for slot in ways.get(hit.pk, ())
        ]
        begun = hit.start <= now
        choices += [(value, words) for value, words in WORDS.items() if not (begun and value == OFFER)]
        chosen = said.get(hit_key(hit), "")
        if chosen not in {value for value, _words in choices}:
            chosen = ""
        is_open = request.method == "POST" and not chosen
        rows.append(HitRow(hit, f"{PREFIX}{hit_key(hit)}", choices, chosen, is_open))
    return rows


def _way(slot: FreeSlot, shown: Instrument, names: Mapping[str, Instrument]) -> str:
    when = time_range(slot.start, slot.end, get_language(), timezone.localdate())
    if slot.instrument_code != shown.code:
        other = names[slot.instrument_code]
        place = f"{named(other)} ({other.code})"
        return _("move to %(when)s on %(instrument)s") % {"when": when, "instrument": place}
    if shown.station_count > 1:
        return _("move to %(when)s, station %(n)s") % {"when": when, "n": slot.station}
    return _("move to %(when)s") % {"when": when}


def _said(done: Breakdown) -> str:
    until = time_range(done.start, done.end, get_language(), timezone.localdate())
    said = _("%(code)s stands still: %(when)s. Nobody can book this time.") % {
        "code": done.instrument.code,
        "when": until,
    }
    count = done.told
    if count:
        said += " " + ngettext(
            "%(count)s person has been told what becomes of the booking.",
            "%(count)s people have been told what becomes of their bookings.",
            count,
        ) % {"count": count}
    return said
