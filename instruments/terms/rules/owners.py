"""Rules room: who made a rule that is broken, and whether whoever keeps the instrument may make an exception."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from instruments.terms.enums import RuleOwner
from instruments.terms.errors import BrokenRule

OF_INSTRUMENT = frozenset(
    {"opening_hours", "closed", "instrument_state", "sharing_mode", "not_shared", "no_rate", "no_station",
     "slot_taken", "shut", "goes_with", "goes_along", "along"}
)  # fmt: skip
"""Rules that stand with the instrument itself, whoever made its booking rules."""
OF_POLICY = frozenset(
    {"too_short", "too_long", "step", "notice", "horizon", "night", "night_alone", "buffer", "own_gap",
     "own_elsewhere", "most_open", "person_day", "person_week", "person_month", "group_day", "group_week",
     "group_month", "night_week", "peak_week", "peak_longest", "cancel_cutoff", "answer", "category_closed",
     "not_named", "attachment", "attachments_none"}
)  # fmt: skip
"""Rules of a booking policy: of the instrument, of its unit, or of the network where neither has any."""
OF_LAW = frozenset({"holiday"})
WAIVABLE = (
    OF_POLICY - {"step", "cancel_cutoff", "answer", "attachment", "attachments_none"}
    | {"opening_hours", "closed", "goes_with"}
    | OF_LAW
)
"""Rules from which a keeper may make an exception, with a reason that stays on record."""


def owned(problems: Iterable[BrokenRule], policy_owner: str) -> list[BrokenRule]:
    """Return the problems, each with who made its rule and whether a keeper may make an exception."""
    return [
        replace(one, owner=_owner(one.rule, policy_owner), may_waive=one.rule in WAIVABLE) for one in problems
    ]


def _owner(rule: str, policy_owner: str) -> str:
    if rule in OF_POLICY:
        return policy_owner
    if rule in OF_LAW:
        return str(RuleOwner.LAW)
    return str(RuleOwner.INSTRUMENT if rule in OF_INSTRUMENT else RuleOwner.NETWORK)
