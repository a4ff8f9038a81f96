"""Permissions room: who keeps, sees and edits instruments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.utils import timezone

from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Deputy, Instrument, Stewardship
from members.enums import UnitRoleKind
from members.models import MemberUnit, Person, UnitRole
from members.permissions import Actor, declare, roles_of

_KEPT = "_instruments_kept"


def stewarded_by(person: Actor) -> frozenset[int]:
    """Return the keys of the instruments a person is steward of today, or deputy; one query, kept on the instance."""
    if not isinstance(person, Person) or not person.is_active:
        return frozenset()
    today = timezone.localdate()
    kept: tuple[dt.date, frozenset[int]] | None = getattr(person, _KEPT, None)
    if kept is None or kept[0] != today:
        rows = Stewardship.objects.kept_by(person, today)
        kept = (today, frozenset(rows.values_list("instrument_id", flat=True)))
        setattr(person, _KEPT, kept)
    return kept[1]


def forget_stewarded(person: Actor) -> None:
    """Drop what `stewarded_by` keeps, after a stewardship of this very object has changed."""
    if hasattr(person, _KEPT):
        delattr(person, _KEPT)


def with_custody(rows: QuerySet[Instrument], person: Actor) -> QuerySet[Instrument]:
    """Read with each instrument whether this person keeps it, so that `is_custodian` asks nothing more about it."""
    if not isinstance(person, Person) or not person.is_active or person.is_superuser:
        return rows
    today = timezone.localdate()
    stewards = Stewardship.objects.kept_by(person, today).filter(instrument=OuterRef("pk"))
    managers = UnitRole.objects.on(today).filter(
        person=person, unit=OuterRef("unit"), kind=UnitRoleKind.MANAGER
    )
    return rows.annotate(custody_for=Value(person.pk), in_custody=Exists(stewards) | Exists(managers))


def is_custodian(person: Actor, obj: Any) -> bool:
    """Tell whether a person keeps an instrument, or that of a booking or record.

    Custodians are its stewards, their deputies, the managers of its unit, and superusers.
    """
    instrument = obj if isinstance(obj, Instrument) else getattr(obj, "instrument", None)
    if not isinstance(instrument, Instrument) or not isinstance(person, Person) or not person.is_active:
        return False
    if getattr(instrument, "custody_for", None) == person.pk:
        return bool(instrument.in_custody)  # type: ignore[attr-defined]
    if person.is_superuser or instrument.pk in stewarded_by(person):
        return True
    return instrument.unit_id in roles_of(person).manager_of


def custodian_or_officer(person: Actor, obj: Any) -> bool:
    """Tell whether a person keeps an instrument or is an officer."""
    return is_custodian(person, obj) or (isinstance(obj, Instrument) and roles_of(person).is_officer)


def manager_or_officer(person: Actor, obj: Any) -> bool:
    """Tell whether a person manages the unit of an object, or the unit, or is an officer."""
    unit = unit_of(obj)
    return unit is not None and (unit in roles_of(person).manager_of or roles_of(person).is_officer)


def _sees_inventory(person: Actor, obj: Any) -> bool:
    roles = roles_of(person)
    return isinstance(obj, MemberUnit) and (roles.is_officer or obj.pk in roles.manager_of | roles.steward_in)


def sees_instrument(person: Actor, obj: Any) -> bool:
    """Tell whether a person may see an instrument: everybody those that are shared and not retired."""
    if not isinstance(obj, Instrument):
        return False
    if obj.sharing_mode != SharingMode.NOT_SHARED and obj.state != InstrumentState.RETIRED:
        return True
    if not isinstance(person, Person) or not person.is_active:
        return False
    roles = roles_of(person)
    return (
        obj.unit_id in roles.units
        or person.home_unit_id == obj.unit_id
        or roles.is_officer
        or is_custodian(person, obj)
    )


def _names_deputy(person: Actor, obj: Any) -> bool:
    """The steward whom it is for, and the managers of the unit."""
    if not isinstance(obj, Deputy) or not isinstance(person, Person) or not person.is_active:
        return False
    roles = roles_of(person)
    own = obj.person_id == person.pk and obj.unit_id in roles.steward_in
    return own or obj.unit_id in roles.manager_of or roles.is_superuser


def unit_of(obj: Any) -> int | None:
    """Return the key of the unit that an object belongs to, or of the unit itself."""
    return obj.pk if isinstance(obj, MemberUnit) else getattr(obj, "unit_id", None)


declare(
    "instruments",
    {
        "view_instrument": sees_instrument,
        "keep_instrument": is_custodian,
        "view_inventory": _sees_inventory,
        "create_instrument": manager_or_officer,
        "edit_instrument": custodian_or_officer,
        "change_instrument_state": custodian_or_officer,
        "edit_stewards": manager_or_officer,
        "name_deputy": _names_deputy,
    },
)
