"""Views room: joining the wait list of one instrument, for a slot by one press or for any time by a form."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from changes.errors import Refusal
from display.templatetags.display import named
from instruments.booking.actions.requests import SAID
from instruments.booking.errors import RulesBroken
from instruments.booking.views.offers import span_query
from instruments.booking.views.refusal import in_words
from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule
from instruments.waiting.actions.wishes import wait_for_time
from instruments.waiting.errors import AlreadyWaiting, TimeIsFree, TooManyWishes
from instruments.waiting.forms.wishes import SlotForm, WaitForm
from instruments.waiting.models import WaitEntry
from instruments.waiting.queries.lines import places_in_line
from members.models import Person

TAKEN = frozenset({"slot_taken", "buffer"})
"""What stands against a time only as long as somebody else has it."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """Wait for time on an instrument: for the very time that was sent here, or for any by a form."""
    assert isinstance(request.user, Person)
    shown = instrument_for(request.user, code)
    if request.method != "POST":
        return _page(request, shown, _fresh(request, shown))
    if "start" in request.POST:
        return _wait_for_slot(request, request.user, shown)
    form = WaitForm(request.POST, instrument=shown)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    return joined(
        request,
        form,
        lambda: perform(request.user, wait_for_time, shown, form.wanted()),
        lambda problems, status: _page(request, shown, form, problems=problems, status=status),
        reverse("instruments:instrument", args=[code]),
    )


def joined(
    request: HttpRequest,
    form: forms.Form,
    join: Callable[[], WaitEntry],
    refuse: Callable[[list[BrokenRule], int], HttpResponse],
    at_once: str,
) -> HttpResponse:
    """Join, say in which place, and lead to one's wait lists; or say why not. `at_once`: where it can be booked."""
    try:
        entry = join()
    except TimeIsFree as free:
        messages.info(request, str(free))
        return redirect(at_once)
    except (AlreadyWaiting, TooManyWishes) as error:
        messages.warning(request, str(error))
        return redirect("instruments:wishes")
    except RulesBroken as broken:
        return refuse(in_words(broken.problems), 422)
    except Refusal as error:
        form.add_error(None, str(error))
        return refuse([], 422)
    before = places_in_line([entry])[entry.pk] - 1
    said = (
        ngettext("%(n)s person is before you.", "%(n)s people are before you.", before) % {"n": before}
        if before
        else _("You are the first in line.")
    )
    messages.success(
        request, _("You wait for it. %(place)s As soon as time is free, you are told.") % {"place": said}
    )
    return redirect("instruments:wishes")


def only_taken(problems: list[BrokenRule]) -> bool:
    """Tell whether nothing stands against a time but that somebody else has it."""
    return bool(problems) and all(one.rule in TAKEN for one in problems)


def _wait_for_slot(request: HttpRequest, person: Person, shown: Instrument) -> HttpResponse:
    form = SlotForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    wanted = form.slot()
    page = reverse("instruments:instrument", args=[shown.code])
    said = span_query(wanted.start, wanted.end) | {**wanted.said}
    return joined(
        request,
        form,
        lambda: perform(person, wait_for_time, shown, wanted),
        lambda problems, status: _page(request, shown, form, problems=problems, status=status),
        f"{page}?{urlencode(said)}#book",
    )


def _fresh(request: HttpRequest, shown: Instrument) -> SlotForm | WaitForm:
    slot = SlotForm(initial={name: request.GET.get(name, "")[:300] for name in ("start", "end", *SAID)})
    if slot.time is not None:
        return slot
    length = request.GET.get("length", "")
    minutes = int(length) if length.isascii() and length.isdecimal() and len(length) < 6 else 0
    return WaitForm(
        initial=WaitForm.usual(minutes=minutes, purpose=request.GET.get("purpose", "")[:300]),
        instrument=shown,
    )


def _page(
    request: HttpRequest,
    shown: Instrument,
    form: SlotForm | WaitForm,
    *,
    problems: list[BrokenRule] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "instrument": shown,
        "form": form,
        "slot": form.time if isinstance(form, SlotForm) else None,
        "problems": problems or [],
        "back": reverse("instruments:instrument", args=[shown.code]),
        "crumbs": [
            (_("Instruments"), reverse("instruments:catalogue")),
            (named(shown), reverse("instruments:instrument", args=[shown.code])),
            (_("Wait for free time"), ""),
        ],
    }
    return render(request, "instruments/waiting/join.html", context, status=status)
