"""Queries room: who keeps an instrument, what ends with an account or a role, and who changed a record last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, QuerySet

from instruments.inventory.models import Instrument, Stewardship
from members.bases import Membership, OpenAccount
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from members.models.dated import lasting

CustodyBasis = OpenAccount | Membership | UnitRole | Stewardship
"""What a stewardship rests on, or itself."""


@dataclass(frozen=True)
class LastChange:
    """When something was changed last, and by whom; None: by the system, or nobody knows."""

    changed_at: dt.datetime
    changed_by: Person | None


def stewardships_of(instrument: Instrument) -> QuerySet[Stewardship]:
    """Return all stewardships of an instrument, past ones too, with their people; open ones first, newest first."""
    rows = Stewardship.objects.filter(instrument=instrument).select_related("person", "instrument")
    return rows.order_by(F("valid_to").desc(nulls_first=True), "-valid_from", "pk")


def last_change_of(instrument: Instrument) -> LastChange:
    """Return when the record or the state of an instrument was changed last, and by whom."""
    return LastChange(instrument.updated_at, instrument.changed_by)


def ending_with(basis: CustodyBasis, day: dt.date) -> QuerySet[Stewardship]:
    """Return the stewardships that end with their basis, for those that would last beyond a day."""
    rows = Stewardship.objects.select_related("instrument__unit", "person").order_by("instrument__code", "pk")
    still = rows.filter(lasting(day))
    match basis:
        case OpenAccount(person):
            return still.filter(person=person)
        case Membership(person, unit):
            return still.filter(person=person, instrument__unit=unit)
        case UnitRole():
            is_steward = basis.kind == UnitRoleKind.STEWARD
            mine = still.filter(person=basis.person_id, instrument__unit=basis.unit_id)
            return mine if is_steward else mine.none()
    return rows.filter(pk=basis.pk)


def left_unkept(ending: list[Stewardship], day: dt.date) -> set[int]:
    """Return the keys of the instruments that nobody else is steward of on a day; one query, of one person's."""
    if not ending:
        return set()
    pks = {row.instrument_id for row in ending}
    others = Stewardship.objects.on(day).filter(instrument__in=pks, person__is_active=True)
    return pks - set(others.exclude(person=ending[0].person_id).values_list("instrument_id", flat=True))
