"""Actions room: tells what falls due and what is overdue, once for each due day; the system acts, and may twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from changes import Work, perform
from instruments.booking.queries.bookings import recipients_of
from instruments.upkeep.actions.plans import PLANS
from instruments.upkeep.enums import Audience, PlanKind
from instruments.upkeep.models import UpkeepPlan
from instruments.upkeep.queries.plans import PlanRow, rows_of
from instruments.upkeep.rules.times import OVERDUE, SOON
from members.models import Person
from members.queries.people import managers_of
from notices.wording import both_names, in_both

CHUNK = 50
"""Plans in one change."""


def tell_of_upkeep(now: dt.datetime) -> int:
    """Tell those a plan names what falls due within its notice, and what is overdue; return of how many plans.

    Once for each due day and once when that is over. Safe to run twice or at once.
    """
    today = timezone.localdate(now)
    standing = UpkeepPlan.objects.filter(ended_at=None).select_related("instrument").order_by("pk")
    wanted = [row.plan.pk for row in rows_of(standing, today) if _is_news(row)]
    return sum(
        perform(None, _tell_some, wanted[first : first + CHUNK], today)
        for first in range(0, len(wanted), CHUNK)
    )


def _tell_some(work: Work, pks: Sequence[int], today: dt.date) -> int:
    locked = work.lock(PLANS.filter(ended_at=None), pks, skip_locked=True)
    told = 0
    for row in rows_of(locked.values(), today):
        # Told by another run, or done, since it was read.
        if _is_news(row):
            _tell(work, row)
            told += 1
    return told


def _is_news(row: PlanRow) -> bool:
    if row.urgency == OVERDUE:
        return row.plan.told_overdue != row.due.day
    return row.urgency == SOON and row.plan.told_due != row.due.day


def _tell(work: Work, row: PlanRow) -> None:
    plan, overdue = row.plan, row.urgency == OVERDUE
    if overdue:
        plan.told_overdue = row.due.day
    plan.told_due = row.due.day
    plan.save(update_fields=["told_due", "told_overdue"])
    work.tell(
        _audience(plan),
        "upkeep_overdue" if overdue else "upkeep_due",
        {
            "instrument": both_names(plan.instrument),
            "kind": in_both(PlanKind(plan.kind).label),
            "title": plan.title,
            "day": row.due.day,
        },
        link=f"/upkeep/{plan.pk}/",
    )


def _audience(plan: UpkeepPlan) -> list[Person]:
    found: list[Person] = []
    if plan.audience != Audience.MANAGERS:
        found += recipients_of(plan.instrument, but=None)
    if plan.audience != Audience.STEWARDS:
        managers = managers_of(plan.instrument.unit_id, timezone.localdate())
        found += [person for person in managers if person not in found]
    return found
