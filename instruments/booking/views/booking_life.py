"""Views room: the life of a booking as steps with who and when, past, present and to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display import formats
from display.states import look_of
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking, BookingStep
from instruments.booking.rules.booking_states import UNUSED_STATES
from instruments.booking.rules.requests import state_at
from instruments.terms.queries.policy import policy_of

TITLES: dict[str, tuple[str, Sentence]] = {
    **{state.value: (look_of(state).icon, look_of(state).word) for state in BookingState},
    "requested": ("send", pgettext_lazy("step of a booking", "Requested")),
    "confirmed": ("calendar-check", _("Booked and confirmed at once")),
    "approved": ("calendar-check", _("Approved")),
    "competes": ("users", _("Others may ask for the same time")),
    "lost": ("user-x", _("The time went to another")),
    "handed_over": ("user-share", _("Handed over")),
    "moved": ("arrows-exchange", _("Moved")),
    "checked_in": ("login-2", _("Checked in")),
    "no_show": ("user-off", _("Nobody came")),
    "in_doubt": ("alert-triangle", _("May fall through")),
    "stands": ("circle-check", _("Stands after all")),
    "waived": ("adjustments", _("Exception made from the rules")),
    "offer_taken": ("calendar-check", _("Offer taken")),
    "offer_let_go": ("x", _("Let go")),
    "offer_lapsed": ("clock-off", _("Nobody answered the offer in time")),
    "offer_withdrawn": ("calendar-x", _("Offer withdrawn: the time cannot be had any more")),
}
"""What a step is called where it is not called what its state is."""
ENDS = UNUSED_STATES | {"lost", "offer_let_go", "offer_lapsed", "offer_withdrawn"}
"""Steps after which nothing comes of it."""
_BEGINNINGS = frozenset({"requested", "confirmed", "offered"})


@dataclass(frozen=True)
class LifeStep:
    """One state or change; `state` is done, now, todo or bad."""

    icon: str
    title: Sentence
    state: str
    who: str = ""
    at: dt.datetime | None = None
    text: str = ""


def effective_state(booking: Booking, now: dt.datetime) -> BookingState:
    """Return the state as it counts: a request past its time has expired, swept or not."""
    return state_at(booking.state, booking.expires_at, now)


def check_in_opens(booking: Booking) -> dt.datetime:
    """Return the first moment at which the visit may begin."""
    return booking.start - dt.timedelta(minutes=policy_of(booking.instrument).check_in_early_minutes)


def released_at(booking: Booking) -> dt.datetime:
    """Return the moment at which the time is given up if nobody has checked in."""
    late = booking.start + dt.timedelta(minutes=policy_of(booking.instrument).no_show_minutes)
    return min(late, booking.end)


def life(booking: Booking, rows: Sequence[BookingStep], now: dt.datetime) -> list[LifeStep]:
    """Return what has happened, what is, and what is still to come."""
    state = effective_state(booking, now)
    steps = past(booking, rows)
    if state == BookingState.EXPIRED and booking.state != BookingState.EXPIRED:
        icon, title = TITLES["offer_lapsed" if booking.is_offer else "expired"]
        steps.append(LifeStep(icon, title, "bad", at=booking.expires_at))
    return steps + _present(booking, state, now) + _to_come(booking, state)


def past(booking: Booking, rows: Sequence[BookingStep]) -> list[LifeStep]:
    """Return what has happened, with who and when, oldest first."""
    told = {row.verb for row in rows}
    if told & _BEGINNINGS:
        told |= _BEGINNINGS
    if booking.is_offer:
        told |= ENDS
    steps = [_step_of(row) for row in rows if row.verb in TITLES]
    steps += [step for verb, step in _from_fields(booking) if verb not in told]
    return sorted(steps, key=lambda step: step.at or booking.requested_at)


def _step_of(row: BookingStep) -> LifeStep:
    icon, title = TITLES[row.verb]
    who = str(row.by) if row.by else gettext("The system")
    text = ""
    if row.verb == "moved":
        text = _moved(row)
    elif row.verb in UNUSED_STATES or row.verb in {"in_doubt", "waived", "handed_over"}:
        text = row.reason
    return LifeStep(icon, title, "bad" if row.verb in ENDS else "done", who, row.at, text)


def _from_fields(booking: Booking) -> list[tuple[str, LifeStep]]:
    """Return the steps of a booking that was brought in from elsewhere, with no history of its own."""
    owner = str(booking.person)
    decider = str(booking.decided_by) if booking.decided_by else ""
    found: list[tuple[str, dt.datetime | None, str]] = []
    first = "requested" if booking.decided_at or booking.expires_at else "confirmed"
    found.append((first, booking.requested_at, owner))
    declined = booking.state == BookingState.DECLINED
    found.append(("declined" if declined else "approved", booking.decided_at, decider))
    found.append(("checked_in", booking.checked_in_at, owner))
    found.append(("completed", booking.checked_out_at, owner))
    if booking.state in UNUSED_STATES and not declined:
        found.append((booking.state, booking.ended_at, ""))
    steps = []
    for verb, at, who in found:
        if at is not None:
            icon, title = TITLES[verb]
            reason = booking.reason if verb in UNUSED_STATES else ""
            steps.append(
                (verb, LifeStep(icon, title, "bad" if verb in UNUSED_STATES else "done", who, at, reason))
            )
    return steps


def _moved(row: BookingStep) -> str:
    if row.old_start is None or row.old_end is None:
        said = ""
    else:
        times = {"old": span(row.old_start, row.old_end), "new": span(row.start, row.end)}
        said = gettext("from %(old)s to %(new)s") % times
    if row.old_instrument:
        places = {"old": row.old_instrument, "new": row.instrument}
        said = f"{said} · " + gettext("from %(old)s to %(new)s") % places
    return said.removeprefix(" · ")


def _present(booking: Booking, state: BookingState, now: dt.datetime) -> list[LifeStep]:
    if booking.kind == BookingKind.MAINTENANCE:
        if state == BookingState.CONFIRMED:
            begun = "now" if booking.start <= now else "todo"
            return [LifeStep("tool", _("Maintenance"), begun, text=span(booking.start, booking.end))]
        return []
    if state == BookingState.REQUESTED:
        return [
            LifeStep(
                "hourglass",
                _("Awaiting approval"),
                "now",
                text=gettext("The time is held until %(until)s; without a decision it is free again.")
                % {"until": shown(booking.expires_at)},
            )
        ]
    if state == BookingState.COMPETING:
        text = gettext("Others may ask for the same time; the steward chooses before %(until)s.")
        shown_until = {"until": shown(booking.expires_at)}
        return [LifeStep("users", _("Awaiting approval"), "now", text=text % shown_until)]
    if state == BookingState.OFFERED:
        text = gettext("The time is held until %(until)s; without an answer it is the next one's in line.")
        return [
            LifeStep(
                "bell-ringing",
                _("Waiting for an answer"),
                "now",
                text=text % {"until": shown(booking.expires_at)},
            )
        ]
    if state in {BookingState.CONFIRMED, BookingState.IN_USE} and policy_of(booking.instrument).lent_out:
        title = _("Waiting to be fetched") if state == BookingState.CONFIRMED else _("Lent out")
        return [LifeStep("package-export", title, "now", text=lent_text(booking, state))]
    if state == BookingState.CONFIRMED:
        text = gettext("Check in from %(opens)s; at %(released)s the time is given up if nobody has come.")
        opens, released = check_in_opens(booking), released_at(booking)
        same_day = formats.local_day(opens) == formats.local_day(released)
        facts = {
            "opens": shown(opens), "released": formats.clock(released) if same_day else shown(released)
        }  # fmt: skip
        return [LifeStep("login-2", _("Waiting for check-in"), "now", text=text % facts)]
    if state == BookingState.IN_USE:
        text = gettext("Booked until %(end)s; hours are counted until check-out.")
        return [LifeStep("player-play", _("In use"), "now", text=text % {"end": shown(booking.end)})]
    return []


def lent_text(booking: Booking, state: BookingState) -> str:
    """Say of equipment that is lent out until when it is fetched, or brought back."""
    if state == BookingState.CONFIRMED:
        text = gettext("Fetch it before %(released)s, or it is given to others.")
        return text % {"released": shown(released_at(booking))}
    return gettext("It is out, and comes back before %(end)s.") % {"end": shown(booking.end)}


def _to_come(booking: Booking, state: BookingState) -> list[LifeStep]:
    if booking.kind == BookingKind.MAINTENANCE:
        return [LifeStep("circle-check", _("Completed"), "todo")] if state == BookingState.CONFIRMED else []
    confirmed = LifeStep("calendar-check", _("Confirmed"), "todo")
    use = LifeStep("player-play", _("In use"), "todo", text=span(booking.start, booking.end))
    end = LifeStep(
        "clipboard-check",
        _("Completed"),
        "todo",
        text=gettext("Check-out writes the usage record and the income."),
    )
    return {
        BookingState.OFFERED: [confirmed, use, end],
        BookingState.REQUESTED: [confirmed, use, end],
        BookingState.COMPETING: [confirmed, use, end],
        BookingState.CONFIRMED: [use, end],
        BookingState.IN_USE: [end],
    }.get(state, [])


def shown(value: dt.datetime | None) -> str:
    """Write a moment for a sentence, in the reader's form."""
    if value is None:
        return formats.NOTHING
    return formats.short_moment(value, get_language(), timezone.localdate())


def span(start: dt.datetime, end: dt.datetime) -> str:
    """Write an interval in the reader's form."""
    return formats.time_range(start, end, get_language(), timezone.localdate())
