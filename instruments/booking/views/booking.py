"""Views room: the page of one booking, and every step its parties may take."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import StaleVersion
from changes.errors import FieldsRefused
from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.errors import (
    NothingFits,
    RulesBroken,
    SeriesBroken,
    SlotTaken,
    WrongBookingState,
)
from instruments.booking.forms.acts import MoveForm
from instruments.booking.forms.slots import moment_of
from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from instruments.booking.queries.booking_page import bill_of, steps_of
from instruments.booking.rules.booking_states import UNUSED_STATES
from instruments.booking.views.booking_acts import (
    ACTS,
    BookingAct,
    LegalAct,
    cut_off,
    done,
    form_of,
    legal_acts,
    seen_in,
    take,
    way_back,
    worded,
)
from instruments.booking.views.booking_life import (
    LifeStep,
    check_in_opens,
    effective_state,
    lent_text,
    life,
    past,
    released_at,
    shown,
    span,
)
from instruments.booking.views.offers import again, wait_address
from instruments.booking.views.refusal import Refusal, refusal
from instruments.booking.views.series_acts import series_shown
from instruments.inventory.permissions import is_custodian
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import policy_of
from members.models import Person
from members.permissions import can


@dataclass
class FailedAct:
    """An act that did not go through: its form as filled in, and why."""

    act: BookingAct
    form: forms.Form | None
    status: int = 422
    message: str = ""
    refusal: Refusal | None = None
    typed: str = ""
    meanwhile: LifeStep | None = None


@require_safe
@never_cache
@login_required
def booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show where the booking stands, its life, its money, and what may be done now."""
    return _page(request, booking_for(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def booking_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take one step; a refusal shows the page again with the reason and what was typed.

    A GET, as after signing in anew, leads to the booking, where the step waits.
    """
    assert isinstance(request.user, Person)
    wanted = booking_for(request.user, pk)
    act = worded(ACTS.get(verb), wanted)
    if act is None:
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('instruments:booking', args=[pk])}#{act.slug}")
    form = form_of(act, wanted, request.user, request.POST)
    try:
        if form is not None and not form.is_valid():
            raise FieldsRefused({})
        taken = take(act, wanted, form, request.user, seen_in(request), to=request.POST.get("instrument", ""))
    except (
        SlotTaken, RulesBroken, SeriesBroken, NothingFits, WrongBookingState, StaleVersion, FieldsRefused
    ) as error:  # fmt: skip
        tried = _tried(act, form, wanted, error)
        return _page(request, booking_for(request.user, pk), tried)
    messages.success(request, str(done(act, taken, request.user)))
    # Whoever has handed it over may see it no more.
    return way_back(request, pk) if can(request.user, "view_booking", taken) else redirect("portal:me")


def _tried(act: BookingAct, form: forms.Form | None, wanted: Booking, error: Exception) -> FailedAct:
    tried = FailedAct(act, form)
    match error:
        case SlotTaken():
            tried.status = 409
            tried.message = str(error)
            held = [problem("slot_taken", held=span) for span in error.conflicts]
            tried.refusal = _refused(form, wanted, held)
        case SeriesBroken():
            tried.status = 409
            times = [span(time.start, time.end) for time in error.times]
            tried.message = f"{error} {'; '.join(times)}"
        case RulesBroken() if act.slug == "move":
            tried.message = str(error)
            tried.refusal = _refused(form, wanted, error.problems)
        case RulesBroken():
            tried.message = " ".join(str(problem.message) for problem in error.problems)
        case FieldsRefused():
            for name, sentences in error.fields.items():
                target = name if form is not None and name in form.fields else None
                for sentence in sentences:
                    if form is not None:
                        form.add_error(target, sentence)
        case _:
            tried.status = 409
            tried.message = str(error)
            steps = past(wanted, steps_of(wanted))
            tried.meanwhile = steps[-1] if steps else None
            if form is not None and form.is_valid():
                tried.typed = str(form.cleaned_data.get("reason", ""))
    return tried


def _refused(form: forms.Form | None, wanted: Booking, problems: list[BrokenRule]) -> Refusal:
    """Put a refused new time into words; upkeep is bound to no policy, so it is offered no other times."""
    assert isinstance(form, MoveForm)
    address = f"{reverse('instruments:booking', args=[wanted.pk])}#move"
    told = refusal(wanted.instrument, wanted.person, form.interval(), problems, form=address)
    return replace(told, fix="", alternatives=[]) if wanted.kind == BookingKind.MAINTENANCE else told


def _page(request: HttpRequest, shown_booking: Booking, tried: FailedAct | None = None) -> HttpResponse:
    now = timezone.now()
    keeper = is_custodian(request.user, shown_booking.instrument)
    acts = legal_acts(shown_booking, request.user, now)
    state = effective_state(shown_booking, now)
    is_mine = shown_booking.person_id == request.user.pk
    context: dict[str, Any] = {
        "booking": shown_booking,
        "instrument": shown_booking.instrument,
        "state": state,
        "over_without_use": state in UNUSED_STATES,
        "lead": _lead(shown_booking, now, is_mine=is_mine),
        "steps": life(shown_booking, steps_of(shown_booking), now),
        "bill": bill_of(shown_booking),
        "keeper": keeper,
        "is_mine": is_mine,
        "again": again(shown_booking, now)
        if is_mine and shown_booking.kind == BookingKind.USE and state != BookingState.OFFERED
        else "",
        "wait_url": _wait_url(shown_booking, now) if is_mine and state in _LOST else "",
        "choices": [_choice(act, shown_booking, request, tried) for act in acts],
        "limits": _limits(shown_booking, request.user.pk, now, keeper=keeper),
        "tried": tried,
        "series": series_shown(shown_booking, request.user),
        "crumbs": _crumbs(shown_booking, keeper=keeper),
    }
    return render(request, "instruments/booking/booking.html", context, status=tried.status if tried else 200)


_LOST = {BookingState.DECLINED, BookingState.EXPIRED}


def _wait_url(lost: Booking, now: dt.datetime) -> str:
    """Return where its person can put themselves in line for the time that they did not get; empty once it is over."""
    if lost.is_offer or lost.start <= now:
        return ""
    return wait_address(lost.instrument, lost.start, lost.end)


def _choice(
    act: BookingAct, shown_booking: Booking, request: HttpRequest, tried: FailedAct | None
) -> LegalAct:
    if tried is not None and tried.act == act and tried.form is not None:
        return LegalAct(act, tried.form, open=True)
    if act.slug == "move":
        start, end = moment_of(request.GET.get("start", "")), moment_of(request.GET.get("end", ""))
        if start is not None and end is not None and start < end:
            return LegalAct(
                act,
                form_of(act, shown_booking, request.user, initial=MoveForm.initial_of(start, end)),
                open=True,
            )
    return LegalAct(act, form_of(act, shown_booking, request.user))


def _lead(shown_booking: Booking, now: dt.datetime, *, is_mine: bool) -> str:
    """Say in one sentence what comes next."""
    state = effective_state(shown_booking, now)
    if shown_booking.kind == BookingKind.MAINTENANCE:
        return shown_booking.purpose
    if state == BookingState.OFFERED and is_mine:
        return _(
            "Held for you alone until %(until)s. One click books it; let it go, and it is the next one's in line."
        ) % {"until": shown(shown_booking.expires_at)}
    if state == BookingState.OFFERED:
        return _("Offered to somebody on the wait list until %(until)s.") % {
            "until": shown(shown_booking.expires_at)
        }
    if shown_booking.is_offer:
        return _("This time was offered and not taken.")
    if state == BookingState.REQUESTED:
        return _("The steward decides before %(until)s; until then the time is held.") % {
            "until": shown(shown_booking.expires_at)
        }
    if state == BookingState.COMPETING:
        return _("Others may ask for the same time; the steward chooses before %(until)s.") % {
            "until": shown(shown_booking.expires_at)
        }
    if (
        state in {BookingState.CONFIRMED, BookingState.IN_USE}
        and policy_of(shown_booking.instrument).lent_out
    ):
        return lent_text(shown_booking, state)
    if state == BookingState.CONFIRMED and now < check_in_opens(shown_booking):
        return _("Check-in opens at %(opens)s.") % {"opens": shown(check_in_opens(shown_booking))}
    if state == BookingState.CONFIRMED:
        return _("Check in before %(released)s, or the time is given up.") % {
            "released": shown(released_at(shown_booking))
        }
    if state == BookingState.IN_USE and now >= shown_booking.end:
        return _("The booked time is over; hours are counted until check-out.")
    if state == BookingState.IN_USE:
        return _("In use until %(end)s.") % {"end": shown(shown_booking.end)}
    ended = {
        BookingState.EXPIRED: _("Nobody decided in time. The time is free again; you can ask anew."),
        BookingState.NO_SHOW: _("Nobody checked in. The rest of the time was given up."),
    }
    return ended.get(state, shown_booking.reason)


def _limits(shown_booking: Booking, reader: int | None, now: dt.datetime, *, keeper: bool) -> list[str]:
    """Tell until when what is possible, in words."""
    if effective_state(shown_booking, now) not in {*WAITING_STATES, BookingState.CONFIRMED}:
        return []
    if shown_booking.kind == BookingKind.MAINTENANCE:
        return []
    if shown_booking.state in WAITING_STATES:
        return [_("A request can be withdrawn or moved at any time before it begins.")]
    said = []
    last = cut_off(shown_booking)
    if keeper:
        said.append(_("As its keeper you can cancel or move it until it begins."))
    elif shown_booking.person_id == reader and now <= last:
        said.append(_("You can cancel or move it until %(last)s.") % {"last": shown(last)})
    elif shown_booking.person_id == reader:
        said.append(
            _("The last moment to cancel or move it was %(last)s. Ask the contact person.")
            % {"last": shown(last)}
        )
    return said


def _crumbs(shown_booking: Booking, *, keeper: bool) -> list[tuple[str, str]]:
    way = (
        (_("Desk"), reverse("instruments:desk")) if keeper else (_("My page"), reverse("portal:me"))
    )  # where the reader most likely came from
    return [way, (_("Booking"), "")]
