"""What of stewardships rests on an account, a membership, a role or another stewardship, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import pgettext_lazy

from changes import Work
from changes.dependants import CANCEL, KEEP, Dependant, Reason, register
from display.templatetags.display import named
from instruments.inventory.actions.stewards import end_with_basis, tell_unkept
from instruments.inventory.models import Stewardship
from instruments.inventory.queries.stewards import CustodyBasis, ending_with, left_unkept
from members.bases import Membership, OpenAccount
from members.models import UnitRole

KIND, PREFIX = "stewardship", "stewardship-"
WORDS = {
    KEEP: pgettext_lazy("an instrument whose steward goes", "the managers of the unit keep it"),
    CANCEL: pgettext_lazy("an instrument whose steward goes", "its other stewards keep it"),
}
BASES: tuple[type, ...] = (OpenAccount, Membership, UnitRole, Stewardship)


def register_dependants() -> None:
    """Say that stewardships end with what they rest on, and which instruments nobody is steward of then."""
    register(KIND, _settle, dict.fromkeys(BASES, _kept), WORDS)


def _kept(basis: CustodyBasis, now: dt.datetime) -> Iterable[Dependant]:
    """Each is shown, though it leaves no choice; of one stewardship alone only where it was the last; two queries."""
    day = timezone.localdate(now)
    rows = list(ending_with(basis, day))
    unkept = left_unkept(rows, day)
    return [
        Dependant(
            kind=KIND,
            key=f"{PREFIX}{row.pk}",
            title=f"{row.instrument.code} {named(row.instrument)}",
            choices=(KEEP if row.instrument_id in unkept else CANCEL,),
        )
        for row in rows
        if row.instrument_id in unkept or not isinstance(basis, Stewardship)
    ]


def _settle(work: Work, keys: Sequence[str], choice: str, _reason: Reason) -> None:
    rows = end_with_basis(work, [int(key.removeprefix(PREFIX)) for key in keys])
    if choice == KEEP:
        tell_unkept(work, rows)
