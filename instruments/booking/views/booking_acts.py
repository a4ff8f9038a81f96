"""Views room: what may be done with a booking now, by whom, and the form each act needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from changes import perform
from changes.errors import Sentence
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.handing_over import hand_over
from instruments.booking.actions.offers import let_offer_go, take_offer
from instruments.booking.actions.series import move_series
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.forms.acts import AnswerForm, CheckOutForm, HandOverForm, MoveForm, ReasonForm
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import recipients_of
from instruments.booking.queries.replies import replies_to
from instruments.booking.rules.booking_states import legal_verbs
from instruments.booking.rules.requests import last_change
from instruments.booking.views.booking_life import check_in_opens, effective_state
from instruments.inventory.guarded import instrument_for
from instruments.inventory.permissions import is_custodian
from instruments.terms.queries.policy import asked_by, policy_of
from members.models import Person
from members.permissions import Actor, can


@dataclass(frozen=True)
class BookingAct:
    """One thing that can be done: its address part, the right it needs, the step of the state table, its words."""

    slug: str
    right: str
    step: str
    icon: str
    label: Sentence
    done: Sentence
    look: str = ""
    hint: Sentence = ""

    @property
    def press(self) -> str:
        """Look of the button that ends the form: what takes something away is red."""
        return "btn-danger" if self.slug in {"decline", "cancel"} else "btn-primary"


ACTS: Mapping[str, BookingAct] = {
    act.slug: act
    for act in (
        BookingAct(
            "take",
            "take_offer",
            "take",
            "calendar-check",
            _("Take this time"),
            _("The time is yours."),
            "btn-primary",
        ),
        BookingAct(
            "let-go",
            "let_offer_go",
            "let_go",
            "x",
            _("Let it go"),
            _("Let go. The time is offered to the next in line."),
        ),
        BookingAct(
            "approve",
            "approve_booking",
            "approve",
            "check",
            _("Approve"),
            _("Approved. The person has been told."),
            "btn-primary",
        ),
        BookingAct(
            "check-in",
            "check_in_booking",
            "check_in",
            "login-2",
            _("Check in"),
            _("Checked in. Hours count from now."),
            "btn-primary",
        ),
        BookingAct(
            "check-out",
            "check_out_booking",
            "check_out",
            "player-stop",
            _("Check out"),
            _("Checked out. The usage record is written."),
            "btn-primary",
            _("The visit ends now; the hours that count, the samples and the income go on record."),
        ),
        BookingAct(
            "decline",
            "decline_booking",
            "decline",
            "x",
            _("Decline"),
            _("Declined. The person has been told why."),
            "",
            _("The person reads the reason; the time is free again."),
        ),
        BookingAct(
            "move",
            "move_booking",
            "move",
            "calendar-time",
            _("Move"),
            _("Moved."),
            "",
            _("The old time is given up only when the new one is held. The price is worked out anew."),
        ),
        BookingAct(
            "hand-over",
            "move_booking",
            "hand_over",
            "user-share",
            _("Hand over"),
            _("Handed over. Both sides have been told."),
            "",
            _(
                "The new person has it at their own price and by their own rules; the former one has it no more."
            ),
        ),
        BookingAct(
            "cancel",
            "cancel_booking",
            "cancel",
            "calendar-x",
            _("Cancel the booking"),
            _("Cancelled. The time is free again."),
            "",
            _("The time is free for others at once. This cannot be undone."),
        ),
    )
}


UPKEEP_WORDS: Mapping[str, tuple[Sentence, Sentence, Sentence]] = {
    "move": (
        _("Move the upkeep"),
        _("The upkeep is moved."),
        _("The old time is given up only when the new one is held."),
    ),
    "cancel": (
        _("Call the upkeep off"),
        _("The upkeep is called off. The time is free again."),
        _("The time can be booked at once."),
    ),
}
"""Label, success and hint of what can be done with upkeep."""
LENDING_WORDS: Mapping[str, tuple[Sentence, Sentence, Sentence]] = {
    "check-in": (_("Hand it out"), _("Handed out. It counts as used from now on."), ""),
    "check-out": (
        _("Take it back"),
        _("Brought back. The usage record is written."),
        _("It is back now; the hours that count, the samples and the income go on record."),
    ),
}
"""The same for equipment that is lent out: a visit begins and ends where it is fetched and brought back."""


@dataclass(frozen=True)
class LegalAct:
    """An act that is legal now, with its form (None where a press is all it needs); `open` shows the form at once."""

    act: BookingAct
    form: forms.Form | None
    open: bool = False


def legal_acts(booking: Booking, person: Actor, now: dt.datetime) -> list[BookingAct]:
    """Return what this person may do with the booking at this moment, the most wanted first."""
    verbs = legal_verbs(effective_state(booking, now))
    legal = [
        worded(act, booking)
        for act in ACTS.values()
        if act.step in verbs and can(person, act.right, booking) and _in_time(act, booking, person, now)
    ]
    return [act for act in legal if act is not None]


def worded(act: BookingAct | None, booking: Booking) -> BookingAct | None:
    """Return the act in the words of upkeep, or of lending, where it is such."""
    if act is None:
        return act
    if booking.kind == BookingKind.MAINTENANCE:
        words = UPKEEP_WORDS
    else:
        words = LENDING_WORDS if policy_of(booking.instrument).lent_out else {}
    if act.slug not in words:
        return act
    label, success, hint = words[act.slug]
    return replace(act, label=label, done=success, hint=hint)


def done(act: BookingAct, booking: Booking, actor: Person) -> str:
    """Say what has been done, and of a move also who was told of it."""
    if act.slug == "take" and booking.state == BookingState.REQUESTED:
        return requested(booking)
    if act.slug != "move" or booking.kind == BookingKind.MAINTENANCE:
        return str(act.done)
    if actor.pk != booking.person_id:
        return gettext("Moved. The person has been told.")
    told = bool(recipients_of(booking.instrument, but=actor))
    if booking.state == BookingState.REQUESTED:
        return (
            gettext("Moved. The stewards have been told and decide anew; until then the new time is held.")
            if told
            else gettext("Moved. It has to be approved anew; until then the new time is held.")
        )
    if booking.state == BookingState.COMPETING:
        return gettext("Moved. It has to be approved; until then others may ask for the same time.")
    return gettext("Moved. The stewards have been told.") if told else gettext("Moved.")


def requested(booking: Booking) -> str:
    """Say that time has been asked for, and whether it is held meanwhile."""
    if booking.state == BookingState.COMPETING:
        return gettext("Requested. Others may ask for the same time; the steward chooses.")
    return gettext("Requested. The time is held for you until the steward decides.")


def cut_off(booking: Booking) -> dt.datetime:
    """Return the last moment at which the person who booked can cancel or move a confirmed booking."""
    if booking.in_doubt:
        return booking.start
    return last_change(
        booking.start, policy_of(booking.instrument).cancel_cutoff_minutes, booking.requested_at
    )


def _in_time(act: BookingAct, booking: Booking, person: Actor, now: dt.datetime) -> bool:
    maintenance = booking.kind == BookingKind.MAINTENANCE
    if act.slug == "check-in":
        return not maintenance and check_in_opens(booking) <= now < booking.end
    if act.slug == "hand-over":
        return not maintenance and now < booking.start
    if act.slug in {"cancel", "move"}:
        if maintenance:
            return now < booking.end
        if booking.start <= now:
            return False
        free = booking.state in WAITING_STATES or is_custodian(person, booking.instrument)
        return free or now <= cut_off(booking)
    return True


def form_of(
    act: BookingAct,
    booking: Booking,
    person: Actor,
    data: QueryDict | None = None,
    initial: dict[str, Any] | None = None,
) -> forms.Form | None:
    """Return the form of an act, None where it needs none; ids carry act and booking, so that several fit on a page."""
    options: dict[str, Any] = {"auto_id": f"id_{act.slug}_{booking.pk}_%s"}
    if act.slug == "move":
        shown = initial or MoveForm.initial_of(booking.start, booking.end)
        waives = booking.person_id != person.pk and can(person, "waive_rules", booking.instrument)
        return MoveForm(booking, data, initial=shown, waives=waives, **options)
    if act.slug == "check-out":
        return CheckOutForm(booking, timezone.now(), data, **options)
    if act.slug == "hand-over":
        return HandOverForm(data, **options)
    if act.slug == "take" and (questions := asked_by(policy_of(booking.instrument))):
        return AnswerForm(questions, data, **options)
    if act.slug in {"decline", "cancel"}:
        replies = replies_to(booking, person)
        return ReasonForm(data, replies=replies, needed=act.slug == "decline", **options)
    return None


def seen_in(request: HttpRequest) -> int:
    """Return the version that the page showed; what is none is compared as one that no booking has."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0


def next_in(request: HttpRequest) -> str:
    """Return the page of ours that a form names to lead back to, empty where it names none."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else ""


def way_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lead back to the page of ours that the form names, else to the booking."""
    return redirect(next_in(request) or reverse("instruments:booking", args=[pk]))


def take(
    act: BookingAct, booking: Booking, form: forms.Form | None, actor: Person, seen: int, *, to: str = ""
) -> Booking:
    """Do it through the one action that may, for the version that was seen. Raises what the action raises.

    `to` is the code of another instrument that a booking is moved to. Raises Http404 where there is none to be seen.
    """
    said: dict[str, Any] = form.cleaned_data if form is not None else {}
    match act.slug:
        case "take":
            answers = form.answers if isinstance(form, AnswerForm) else None
            return perform(actor, take_offer, booking, answers=answers, seen=seen)
        case "let-go":
            return perform(actor, let_offer_go, booking, seen=seen)
        case "approve":
            return perform(actor, approve_booking, booking, seen=seen)
        case "decline":
            return perform(actor, decline_booking, booking, reason=said["reason"], seen=seen)
        case "cancel":
            return perform(actor, cancel_booking, booking, reason=said["reason"], seen=seen)
        case "check-in":
            return perform(actor, check_in, booking, seen=seen)
        case "check-out":
            return perform(
                actor,
                check_out,
                booking,
                effective_hours=said["effective_hours"],
                samples=said["samples"] or 0,
                at=said.get("left_at"),
                seen=seen,
            )
        case "hand-over":
            return perform(actor, hand_over, booking, said["to"], seen=seen)
        case "move":
            assert isinstance(form, MoveForm)
            start, end = form.interval()
            if said.get("following"):
                return perform(actor, move_series, booking, start=start, end=end, seen=seen)[0]
            waive = said.get("waive", "")
            target = instrument_for(actor, to) if to else None
            return perform(
                actor,
                move_booking,
                booking,
                start=start,
                end=end,
                instrument=target,
                waive=waive,
                seen=seen,
            )
        case unknown:
            raise ValueError(f"No act is called {unknown!r}.")
