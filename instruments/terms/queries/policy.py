"""Queries room: the booking policy that holds for an instrument, and who made it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from instruments.inventory.models import Instrument
from instruments.terms.enums import RuleOwner
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.asked import Question, questions_in
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.lending import PLACE
from instruments.terms.rules.use_limits import UseLimits, approval_asked
from members.enums import UserCategory
from members.models import MemberUnit

WITH_POLICY = ("policy", "unit__policy")
"""What to select with instruments, so that their policies are read at once."""


def policy_of(instrument: Instrument) -> BookingPolicy:
    """Return the policy that holds: the instrument's own, else its unit's, else an unsaved one of the network."""
    try:
        return instrument.policy
    except BookingPolicy.DoesNotExist:
        return policy_of_unit(instrument.unit)


def policy_of_unit(unit: MemberUnit) -> BookingPolicy:
    """Return the policy of a unit's instruments that have none of their own; an unsaved one of the network if none."""
    try:
        return unit.policy
    except BookingPolicy.DoesNotExist:
        return BookingPolicy()


def owner_of(policy: BookingPolicy) -> str:
    """Return who made a policy, one of `RuleOwner`."""
    if policy.instrument_id is not None:
        return str(RuleOwner.INSTRUMENT)
    return str(RuleOwner.NETWORK if policy.unit_id is None else RuleOwner.UNIT)


def terms_of(policy: BookingPolicy) -> BookingTerms:
    """Return the part of a policy that decides which times can be booked."""
    return BookingTerms(**{name: getattr(policy, name) for name in _TERMS})


def limits_of(policy: BookingPolicy) -> UseLimits:
    """Return the part of a policy that says how much may be held."""
    return UseLimits(**{name: getattr(policy, name) for name in _LIMITS})


def asked_by(policy: BookingPolicy) -> list[Question]:
    """Return what whoever books is asked: where equipment that is lent out is used, and what the unit asks."""
    return [*([PLACE] if policy.lent_out else []), *questions_in(policy.questions)]


def approval_needed(policy: BookingPolicy, category: str, length: dt.timedelta) -> bool:
    """Tell whether a booking of that length waits for approval, for people of a user category there."""
    return approval_asked(
        required=policy.approval_required,
        outsiders_only=policy.approval_outsiders_only,
        over_hours=policy.approval_over_hours,
        outsider=category != UserCategory.INTERNAL,
        length=length,
    )


_TERMS = [field.name for field in fields(BookingTerms)]
_LIMITS = [field.name for field in fields(UseLimits)]
TERMS_COLUMNS = (
    *(f"policy__{name}" for name in _TERMS),
    *(f"unit__policy__{name}" for name in _TERMS),
)
"""The columns of many instruments from which `terms_in` makes the terms of each."""
_DEFAULT, _NETWORK = BookingTerms(), BookingPolicy()


APPROVAL = ("approval_required", "approval_outsiders_only", "approval_over_hours")
APPROVAL_COLUMNS = tuple(f"{owner}__{name}" for owner in WITH_POLICY for name in APPROVAL)
"""The columns of many instruments from which `approval_in` makes what each says of approval."""


BOOKERS = ("open_to", "named_people")
BOOKERS_COLUMNS = tuple(f"{owner}__{name}" for owner in WITH_POLICY for name in BOOKERS)
"""The columns of many instruments from which `bookers_in` makes who may book each."""


def terms_in(columns: Sequence[Any]) -> BookingTerms:
    """Return the terms from the values of `TERMS_COLUMNS` of one instrument."""
    held = _that_holds(columns)
    return _DEFAULT if held is None else BookingTerms(*held)


def approval_in(columns: Sequence[Any]) -> tuple[bool, bool, int | None]:
    """Return from `APPROVAL_COLUMNS` whether bookings need approval, outsiders' alone, those over so many hours."""
    held = _that_holds(columns) or [getattr(_NETWORK, name) for name in APPROVAL]
    required, outsiders_only, over_hours = held
    return required, outsiders_only, over_hours


def bookers_in(columns: Sequence[Any]) -> tuple[str, str]:
    """Return from `BOOKERS_COLUMNS` the user categories that may book, and who alone may, as policies hold them."""
    open_to, named = _that_holds(columns) or [getattr(_NETWORK, name) for name in BOOKERS]
    return open_to, named


def _that_holds(columns: Sequence[Any]) -> Sequence[Any] | None:
    """Return the instrument's own half of the columns, else its unit's; None where neither has a policy."""
    own, of_unit = columns[: len(columns) // 2], columns[len(columns) // 2 :]
    return own if own[0] is not None else of_unit if of_unit[0] is not None else None
