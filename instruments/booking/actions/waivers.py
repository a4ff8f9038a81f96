"""Actions room: exceptions that whoever keeps an instrument makes from its rules, for somebody else, on record."""

from __future__ import annotations

from collections.abc import Sequence

from changes import Work
from instruments.booking.actions.slots import facts
from instruments.booking.events import RulesWaived
from instruments.booking.models import Booking
from instruments.booking.rules.requests import reason_problems
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule
from instruments.terms.rules.owners import owned
from members.models import Person
from members.permissions import raise_not_allowed, require


def still_broken(
    work: Work, instrument: Instrument, owner: Person, problems: Sequence[BrokenRule], reason: str
) -> list[BrokenRule]:
    """Return the rules that stand against a wish although an exception is made for a reason of 1 to 300 characters.

    Without a reason that is all of them. Nobody makes an exception for their own booking. Raises NotAllowed.
    """
    if not reason:
        return list(problems)
    require(work.actor, "waive_rules", instrument)
    if owner.pk == work.actor.pk:
        raise_not_allowed(work.actor, "waive_rules", instrument, app="instruments", reason="own_request")
    return [one for one in problems if not one.may_waive] + owned(reason_problems(reason), "")


def record_waived(work: Work, booking: Booking, problems: Sequence[BrokenRule], reason: str) -> None:
    """Put on record from which rules of those broken an exception was made, and why."""
    rules = [one.rule for one in problems if one.may_waive]
    if reason and rules:
        said = {**facts(booking), "reason": reason, "rules": rules}
        work.emit(RulesWaived(target=booking, before=facts(booking), after=said))
