"""Queries room: what units were at an earlier moment, from the dated rows of their facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

from members.models import MemberUnit, UnitFacts
from members.models.unit_facts import UNIT_FACTS

ALWAYS = dt.datetime(1992, 1, 1, tzinfo=dt.UTC)
"""What nobody saw begin holds from here on."""


def unit_facts_now(unit: MemberUnit, at: dt.datetime) -> UnitFacts:
    """Return the facts of a unit as they are, as an unsaved row that begins at a moment."""
    return UnitFacts(unit=unit, valid_from=at, **{name: getattr(unit, name) for name in UNIT_FACTS})


def unit_facts_at(moment: dt.datetime, pks: Collection[int] | None = None) -> dict[int, UnitFacts]:
    """Return units (None: all, by key) as they were at a moment, with their region, in two queries.

    One added later is as it was added; one of which no row speaks is as it is now.
    """
    units = MemberUnit.objects.select_related("region").order_by("pk")
    rows = UnitFacts.objects.select_related("region").order_by("unit", "valid_from")
    if pks is not None:
        units, rows = units.filter(pk__in=pks), rows.filter(unit__in=pks)
    found: dict[int, UnitFacts] = {}
    for row in rows:
        if row.unit_id not in found or row.valid_from <= moment:
            found[row.unit_id] = row
    return {unit.pk: found.get(unit.pk) or unit_facts_now(unit, ALWAYS) for unit in units}


def unit_facts_on(day: dt.date, pks: Collection[int] | None = None) -> dict[int, UnitFacts]:
    """Return units as they were at the end of a local day; see `unit_facts_at`."""
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    return unit_facts_at(end - dt.timedelta(microseconds=1), pks)
