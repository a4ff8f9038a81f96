"""Actions room: keep what a unit was, in the change that makes it something else."""

from __future__ import annotations

import datetime as dt

from members.models import MemberUnit, UnitFacts
from members.models.unit_facts import UNIT_FACTS
from members.queries.unit_facts import ALWAYS, unit_facts_now


def keep_unit_facts(unit: MemberUnit, at: dt.datetime) -> None:
    """Write the facts of a unit as they are from a moment on. Call it after its last write.

    Where they are the same as before, nothing is written.
    """
    now = unit_facts_now(unit, at)
    last = UnitFacts.objects.filter(unit=unit).order_by("valid_from").last()
    if last is not None and all(getattr(now, name) == getattr(last, name) for name in UNIT_FACTS):
        return
    if last is not None and last.valid_from == at:
        now.pk = last.pk
    now.save()


def keep_first_unit_facts(unit: MemberUnit) -> None:
    """Write what a unit was until now, where no row says it yet. Call it before its first change."""
    if not UnitFacts.objects.filter(unit=unit).exists():
        unit_facts_now(unit, ALWAYS).save()
