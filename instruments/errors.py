"""Refusals of the instruments app, each a sentence a person can act on, with the facts as typed fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from members.errors import NotAllowed

Sentence = str | Promise


def _fill(text: Sentence, values: Mapping[str, Any]) -> str:
    return str(text) % values


_filled = lazy(_fill, str)


class Span(Protocol):
    """Half-open [start, end)."""

    @property
    def start(self) -> dt.datetime: ...
    @property
    def end(self) -> dt.datetime: ...


class Offer(Span, Protocol):
    """A free slot that is offered instead."""

    @property
    def instrument_code(self) -> str: ...
    @property
    def station(self) -> int: ...


@dataclass(frozen=True)
class Problem:
    """One broken rule: its code, the sentence, what was chosen and what the rule asks for.

    `held` is the time that somebody else holds, where that is what stands against the wish; `name` is what pages
    call the rule.
    """

    rule: str
    message: Sentence
    chosen: str = ""
    required: str = ""
    held: Span | None = None
    name: Sentence = ""


PROBLEMS: dict[str, Sentence] = {
    "interval": _("The end must be later than the start."),
    "too_short": _(
        "The booking is %(chosen)s minutes long; on this instrument it takes at least %(required)s minutes."
    ),
    "too_long": _(
        "The booking is %(chosen)s minutes long; on this instrument it takes at most %(required)s minutes."
    ),
    "step": _("Start and length go in steps of %(required)s minutes, counted from midnight."),
    "past": _("This time has already begun or is over."),
    "notice": _("This instrument is booked at least %(required)s minutes ahead."),
    "horizon": _("This instrument is booked at most %(required)s days ahead."),
    "opening_hours": _("The instrument is not open at this time; it is open %(required)s."),
    "closed": _("The instrument is closed on this day."),
    "instrument_state": _("The instrument is not in service: %(chosen)s."),
    "unit_state": _("The owning unit does not take part in the network at present."),
    "sharing_mode": _("This instrument is shared within its own unit only."),
    "not_shared": _("This instrument is not shared; only its stewards can book it."),
    "no_rate": _("No price is set for your user category on this day. Ask the steward to set one."),
    "no_station": _("This instrument has %(required)s stations; station %(chosen)s does not exist."),
    "purpose": _("Say in 1 to 300 characters what the time is for."),
    "purpose_kind": _("Choose one of the purposes offered."),
    "reason": _("Give a reason of at most 300 characters."),
    "slot_taken": _("Part of this time is already taken: %(required)s."),
    "unchanged": _("The booking stands at this very time already."),
    "cancel_cutoff": _("The last moment to cancel was %(required)s. Ask the steward."),
    "started": _("The booked time has already begun."),
    "check_in_early": _("Check-in opens at %(required)s."),
    "check_in_late": _("The booked time ended at %(required)s."),
    "check_out_time": _("The check-out lies between the check-in and now."),
}


def problem(rule: str, *, chosen: object = "", required: object = "", held: Span | None = None) -> Problem:
    """Make a Problem of a known rule; its sentence is put together when it is shown. Raises KeyError otherwise."""
    values = {"chosen": str(chosen), "required": str(required)}
    return Problem(rule, _filled(PROBLEMS[rule], values), values["chosen"], values["required"], held)


USAGE_PROBLEMS: dict[str, Sentence] = {
    "blank": _("This field is needed."),
    "long": _("At most %(limit)s characters."),
    "characters": _("This text holds a character that cannot be stored."),
    "naive": _("Give the time with its offset, such as +08:00."),
    "interval": _("The end must be later than the start."),
    "longest": _("One record covers at most %(limit)s days."),
    "ancient": _("This lies before the year %(limit)s."),
    "before_service": _("The instrument was put to use on %(limit)s; no use lies before that day."),
    "future": _("A use that has not ended yet cannot be recorded."),
    "negative": _("This cannot be negative."),
    "places": _("At most two decimal places."),
    "large": _("At most %(limit)s."),
    "hours_exceed": _("The record lasts %(limit)s hours; more hours than that cannot count."),
    "parts_exceed": _("Start-up and post-processing together exceed the effective hours."),
    "unknown_choice": _("Choose one of: %(limit)s."),
    "unknown_station": _("This instrument has %(limit)s stations."),
    "unknown_instrument": _("You keep no instrument with this code."),
    "overlap": _("Record %(record)s covers part of this time: %(start)s to %(end)s."),
    "number_taken": _("This record number has just been used by someone else."),
    "number_known": _("The unit has a record with this number; correct that one, or choose another."),
    "repeated": _("This number stands more than once in what was sent, with different content."),
    "not_current": _("This record has already been corrected; correct its successor."),
    "unknown_field": _("A record has no such field."),
    "nothing_changed": _("Nothing differs from the record as it is."),
    "too_many": _("At most %(limit)s records at a time."),
}


def usage_problem(rule: str, **facts: object) -> Sentence:
    """Return the sentence of a known rule about usage records, put together when it is shown."""
    return _filled(USAGE_PROBLEMS[rule], {name: str(value) for name, value in facts.items()})


class InstrumentsError(Exception):
    """Base of all refusals in this app. `message` is translatable, `code` is stable."""

    code = "instruments"
    message: Sentence = _("This is not possible.")

    def __init__(self, message: Sentence | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class SlotTaken(InstrumentsError):
    """Somebody holds part of the time. Names what is held and up to three free slots of the same length."""

    code = "slot_taken"
    message = _("This time is already taken.")

    def __init__(self, conflicts: Sequence[Span], alternatives: Sequence[Offer] = ()) -> None:
        self.conflicts = list(conflicts)
        self.alternatives = list(alternatives)
        super().__init__()


class RulesBroken(InstrumentsError):
    """One or more rules forbid this; all of them are named at once."""

    code = "rules_broken"
    message = _("This breaks a rule of the instrument.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("RulesBroken needs at least one problem.")
        self.problems = list(problems)
        super().__init__(self.problems[0].message if len(self.problems) == 1 else None)


class WrongState(InstrumentsError):
    """The booking's state does not allow this step; give a BookingState, so that its name can be shown."""

    code = "wrong_state"

    def __init__(self, booking_state: str, wanted: str) -> None:
        self.booking_state, self.wanted = str(booking_state), wanted
        super().__init__(
            _filled(
                _("The booking is in the state “%(state)s”, in which this step is not possible."),
                {"state": getattr(booking_state, "label", booking_state)},
            )
        )


class StaleVersion(InstrumentsError):
    """Somebody else changed the object in between."""

    code = "stale_version"
    message = _("Someone has changed this in the meantime. Look at the new state and try again.")


class UsageRefused(InstrumentsError):
    """A usage record is wrong; `fields` maps field name to a list of messages."""

    code = "usage_refused"
    message = _("The usage record has errors.")

    def __init__(self, fields: Mapping[str, Sequence[Sentence]]) -> None:
        self.fields = {name: [str(message) for message in messages] for name, messages in fields.items()}
        super().__init__()


class InvalidInstrument(InstrumentsError):
    """Fields of an instrument or of its terms are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_instrument"
    message = _("Some fields of the instrument are wrong.")

    def __init__(self, fields: Mapping[str, Sequence[Sentence]]) -> None:
        self.fields = {name: [str(message) for message in messages] for name, messages in fields.items()}
        super().__init__()


__all__ = [
    "InstrumentsError",
    "InvalidInstrument",
    "NotAllowed",
    "Problem",
    "RulesBroken",
    "SlotTaken",
    "StaleVersion",
    "UsageRefused",
    "WrongState",
    "problem",
    "usage_problem",
]
