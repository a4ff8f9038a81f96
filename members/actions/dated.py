"""Actions room: what becomes of what rests on a dated row that ends; parts of the actions that end it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from changes import Work
from changes.dependants import Choices, Reason, only_choices, resolve, resting_from, resting_on, settle
from members.models.dated import Dated


def resolve_rest(work: Work, row: Dated, last_day: dt.date, choices: Choices, reason: Reason) -> None:
    """Do what was chosen for what rests on a row from the first day without it. Raises Unresolved."""
    resolve(work, resting_from(row, last_day, work.now), choices, reason, field="valid_to")
    if last_day <= timezone.localdate(work.now):
        resolved(work, row)


def settle_over(work: Work, row: Dated, reason: Reason) -> bool:
    """Settle what rests on a row that is over by its date, once; tell whether it was still to be done.

    Nobody is there to be asked: what leaves no choice happens, everything else is kept.
    """
    if row.resolved_at is not None:
        return False
    hits = resting_on(row, work.now)
    settle(work, hits, only_choices(hits), reason)
    resolved(work, row)
    return True


def resolved(work: Work, row: Dated) -> None:
    """Note that what rested on a row is settled."""
    row.resolved_at = work.now
    row.save(update_fields=["resolved_at"])
