"""Views room: upkeep that comes again and again, every time shown before it is entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from display.templatetags.display import named
from instruments.booking.errors import NothingFits, RulesBroken, SeriesBroken
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.actions.repeated import repeat_maintenance
from instruments.upkeep.forms.plans import RepeatForm
from instruments.upkeep.guarded import upkept_for
from instruments.upkeep.queries.breakdowns import held_in
from instruments.upkeep.rules.outages import Outage

MODES = ("all", "free")


@dataclass(frozen=True)
class Occurrence:
    """One time of the series, and who has it where it cannot be had."""

    time: Interval
    held: Sequence[Booking]
    fits: bool


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def repeat(request: HttpRequest, code: str) -> HttpResponse:
    """Enter upkeep that comes again and again: first every time with who has it, then all or what is free."""
    shown = upkept_for(request.user, code, "plan_upkeep")
    if request.method != "POST":
        form = RepeatForm(shown, initial={"day": timezone.localdate()})
        return _page(request, shown, form)
    form = RepeatForm(shown, request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    mode = request.POST.get("mode", "")
    if mode not in MODES:
        return _page(request, shown, form, judged=_judged(shown, form))
    try:
        made = perform(
            request.user,
            repeat_maintenance,
            shown,
            form.series_times(),
            rule=form.rule,
            reason=form.cleaned_data["reason"],
            station=form.cleaned_data.get("station"),
            leave_out=mode == "free",
        )
    except (SeriesBroken, NothingFits) as error:
        return _page(request, shown, form, judged=_judged(shown, form), refused=str(error), status=409)
    except RulesBroken as broken:
        for wrong in broken.problems:
            form.add_error("station" if wrong.rule == "no_station" else None, str(wrong.message))
        return _page(request, shown, form, status=422)
    said = ngettext("%(n)s time is held for upkeep.", "%(n)s times are held for upkeep.", len(made))
    messages.success(request, said % {"n": len(made)})
    return redirect("instruments:booking", made[0].pk)


def _judged(shown: Instrument, form: RepeatForm) -> list[Occurrence]:
    """Return every time with who has it, in one query."""
    times, wanted = form.series_times(), form.cleaned_data.get("station")
    stations = tuple(range(1, shown.station_count + 1)) if wanted is None else (wanted,)
    whole = Outage(stations, Interval(times[0].start, max(time.end for time in times)))
    held = list(held_in(shown, whole, timezone.now()))
    found = []
    for time in times:
        meeting = [row for row in held if Interval(row.start, row.end).overlaps(time)]
        fits = len({row.station for row in meeting}) < len(stations) and time.end > timezone.now()
        found.append(Occurrence(time, meeting, fits))
    return found


def _page(
    request: HttpRequest,
    shown: Instrument,
    form: RepeatForm,
    *,
    judged: Sequence[Occurrence] = (),
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "instrument": shown,
        "form": form,
        "judged": judged,
        "fitting": sum(one.fits for one in judged),
        "refused": refused,
        "crumbs": [
            (_("Instruments"), reverse("instruments:catalogue")),
            (named(shown), reverse("instruments:instrument", args=[shown.code])),
            (_("Upkeep"), reverse("instruments:upkeep", args=[shown.code])),
            (_("Recurring maintenance"), ""),
        ],
    }
    return render(request, "instruments/upkeep/repeat.html", context, status=status)
