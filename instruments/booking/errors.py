"""Refusals of bookings, with the facts as typed fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, Refusal, filled
from instruments.terms.errors import BrokenRule, Span


class FreeTime(Span, Protocol):
    """A free slot that is offered instead."""

    @property
    def instrument_code(self) -> str: ...
    @property
    def station(self) -> int: ...


T = TypeVar("T")
Later = Sequence[T] | Callable[[], Sequence[T]]
"""A list, or what finds it when somebody asks."""


class SlotTaken(Conflict):
    """Somebody holds part of the time. Names what is held and up to three free slots of the same length.

    Both may be given as functions: they are called when the refusal is shown, the change is undone and its locks are
    gone by then, so that the search keeps nobody waiting.
    """

    code = "slot_taken"
    message = _("This time is already taken.")

    def __init__(self, conflicts: Later[Span], alternatives: Later[FreeTime] = ()) -> None:
        self._conflicts, self._alternatives = conflicts, alternatives
        super().__init__()

    @cached_property
    def conflicts(self) -> list[Span]:
        """What is held, without telling by whom."""
        return list(self._conflicts() if callable(self._conflicts) else self._conflicts)

    @cached_property
    def alternatives(self) -> list[FreeTime]:
        """Free slots of the same length."""
        return list(self._alternatives() if callable(self._alternatives) else self._alternatives)


class RulesBroken(Refusal):
    """One or more rules forbid this; all of them are named at once."""

    code = "rules_broken"
    message = _("This breaks a rule of the instrument.")

    def __init__(self, problems: Sequence[BrokenRule]) -> None:
        if not problems:
            raise ValueError("RulesBroken needs at least one problem.")
        self.problems = list(problems)
        super().__init__(self.problems[0].message if len(self.problems) == 1 else None)


class SentTwice(Refusal):
    """This very form was sent before, and what it asked for is held; `booking` is its key."""

    code = "sent_twice"
    message = _("This was sent twice; the time is booked once.")

    def __init__(self, booking: UUID) -> None:
        self.booking = booking
        super().__init__()


class OwnOverlap(Refusal):
    """The person holds that time elsewhere and did not say that this is known; `bookings` are the keys."""

    code = "own_overlap"
    message = _("You have booked part of this time on another instrument.")

    def __init__(self, bookings: Sequence[UUID]) -> None:
        self.bookings = list(bookings)
        super().__init__()


class WrongBookingState(Conflict):
    """The booking's state does not allow this step; give a BookingState, so that its name can be shown."""

    code = "wrong_state"

    def __init__(self, booking_state: str, wanted: str) -> None:
        self.booking_state, self.wanted = str(booking_state), wanted
        super().__init__(
            filled(
                _("The booking is in the state “%(state)s”, in which this step is not possible."),
                {"state": getattr(booking_state, "label", booking_state)},
            )
        )


class SeriesBroken(Refusal):
    """Some times of a series cannot be had; `times` are those."""

    code = "series_broken"
    message = _("Not every time of the series can be had.")

    def __init__(self, times: Sequence[Span]) -> None:
        self.times = list(times)
        super().__init__()


class NothingFits(Refusal):
    """No booking of a series can be had, decided on or given back any more."""

    code = "nothing_fits"
    message = _("There is no booking of the series left to do this with.")
