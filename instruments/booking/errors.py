"""Refusals of bookings, with the facts as typed fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from instruments.errors import InstrumentsError, filled
from instruments.terms.errors import Problem, Span


class Offer(Span, Protocol):
    """A free slot that is offered instead."""

    @property
    def instrument_code(self) -> str: ...
    @property
    def station(self) -> int: ...


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
            filled(
                _("The booking is in the state “%(state)s”, in which this step is not possible."),
                {"state": getattr(booking_state, "label", booking_state)},
            )
        )
