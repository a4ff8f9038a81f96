"""Permissions room: who may do what to instruments, bookings and usage records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.utils import timezone

from instruments.enums import InstrumentState, SharingMode
from instruments.models import Booking, Instrument, Stewardship, UsageRecord
from members import permissions as members_permissions
from members.enums import UnitRoleKind
from members.models import MemberUnit, Person, UnitRole
from members.permissions import refuse, roles_of

Actor = Person | AnonymousUser

_KEPT = "_instruments_kept"


def kept_by(person: Actor) -> frozenset[int]:
    """Return the keys of the instruments a person is steward of today; one query, kept on the instance."""
    if not isinstance(person, Person) or not person.is_active:
        return frozenset()
    today = timezone.localdate()
    kept: tuple[dt.date, frozenset[int]] | None = getattr(person, _KEPT, None)
    if kept is None or kept[0] != today:
        rows = Stewardship.objects.on(today).filter(person=person)
        kept = (today, frozenset(rows.values_list("instrument_id", flat=True)))
        setattr(person, _KEPT, kept)
    return kept[1]


def forget_kept(person: Actor) -> None:
    """Drop what `kept_by` keeps, after a stewardship of this very object has changed."""
    if hasattr(person, _KEPT):
        delattr(person, _KEPT)


def with_keeping(rows: QuerySet[Instrument], person: Actor) -> QuerySet[Instrument]:
    """Read with each instrument whether this person keeps it, so that `keeps` asks nothing more about it."""
    if not isinstance(person, Person) or not person.is_active or person.is_superuser:
        return rows
    today = timezone.localdate()
    stewards = Stewardship.objects.on(today).filter(person=person, instrument=OuterRef("pk"))
    managers = UnitRole.objects.on(today).filter(
        person=person, unit=OuterRef("unit"), kind=UnitRoleKind.MANAGER
    )
    return rows.annotate(kept_for=Value(person.pk), is_kept=Exists(stewards) | Exists(managers))


def keeps(person: Actor, instrument: Instrument) -> bool:
    """Tell whether a person keeps an instrument: its steward, a manager of its unit, or a superuser."""
    if not isinstance(person, Person) or not person.is_active:
        return False
    if getattr(instrument, "kept_for", None) == person.pk:
        return bool(instrument.is_kept)  # type: ignore[attr-defined]
    if person.is_superuser or instrument.pk in kept_by(person):
        return True
    return instrument.unit_id in roles_of(person).manager_of


def _active(person: Actor, _obj: Any) -> bool:
    return isinstance(person, Person) and person.is_active


def _keeper(person: Actor, obj: Any) -> bool:
    instrument = _instrument_of(obj)
    return instrument is not None and keeps(person, instrument)


def _keeper_or_officer(person: Actor, obj: Any) -> bool:
    return _keeper(person, obj) or (isinstance(obj, Instrument) and roles_of(person).is_officer)


def _manager_or_officer(person: Actor, obj: Any) -> bool:
    unit = _unit_of(obj)
    return unit is not None and (unit in roles_of(person).manager_of or roles_of(person).is_officer)


def _sees_inventory(person: Actor, obj: Any) -> bool:
    roles = roles_of(person)
    return isinstance(obj, MemberUnit) and (roles.is_officer or obj.pk in roles.manager_of | roles.steward_in)


def _sees_instrument(person: Actor, obj: Any) -> bool:
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
        or keeps(person, obj)
    )


def _books(person: Actor, obj: Any) -> bool:
    return _active(person, obj) and _sees_instrument(person, obj)


def _decides(person: Actor, obj: Any) -> bool:
    # Whoever asked does not decide, whatever else he is.
    return isinstance(obj, Booking) and obj.person_id != person.pk and _keeper(person, obj)


def _owner_or_keeper(person: Actor, obj: Any) -> bool:
    if not isinstance(obj, Booking) or not _active(person, obj):
        return False
    return obj.person_id == person.pk or _keeper(person, obj)


def _sees_booking(person: Actor, obj: Any) -> bool:
    if not isinstance(obj, Booking) or not _active(person, obj):
        return False
    if obj.person_id == person.pk:
        return True
    roles = roles_of(person)
    return roles.is_officer or obj.instrument.unit_id in roles.viewer_in or _keeper(person, obj)


def _records(person: Actor, obj: Any) -> bool:
    if isinstance(obj, MemberUnit):
        roles = roles_of(person)
        return roles.is_superuser or obj.pk in roles.manager_of | roles.steward_in
    return _keeper(person, obj)


def _sees_usage(person: Actor, obj: Any) -> bool:
    roles = roles_of(person)
    unit = _unit_of(obj)
    if unit is None:
        return False
    if roles.is_officer or unit in roles.manager_of | roles.viewer_in:
        return True
    if isinstance(obj, UsageRecord) and obj.person_id is not None and obj.person_id == person.pk:
        return True
    return unit in roles.steward_in if isinstance(obj, MemberUnit) else _keeper(person, obj)


RULES: dict[str, Callable[[Actor, Any], bool]] = {
    "view_instrument": _sees_instrument,
    "book_instrument": _books,
    "book_for_others": _keeper,
    "book_maintenance": _keeper,
    "keep_instrument": _keeper,
    "view_inventory": _sees_inventory,
    "create_instrument": _manager_or_officer,
    "edit_instrument": _keeper_or_officer,
    "change_instrument_state": _keeper_or_officer,
    "edit_terms": _keeper_or_officer,
    "edit_stewards": _manager_or_officer,
    "view_booking": _sees_booking,
    "approve_booking": _decides,
    "decline_booking": _decides,
    "cancel_booking": _owner_or_keeper,
    "move_booking": _owner_or_keeper,
    "check_in_booking": _owner_or_keeper,
    "check_out_booking": _owner_or_keeper,
    "record_usage": _records,
    "correct_usage": _records,
    "view_usage": _sees_usage,
}


def can(person: Actor, verb: str, obj: Any = None) -> bool:
    """Say whether a person may do `verb` to `obj`; verbs of the members app are answered there.

    Raises ValueError for a verb nobody declared.
    """
    rule = RULES.get(verb)
    if rule is None:
        return members_permissions.can(person, verb, obj)
    return rule(person, obj)


def require(actor: Actor, verb: str, obj: Any = None) -> None:
    """Raise NotAllowed, and put the refusal on record, unless `can` says yes.

    Call it before the action's transaction: the record must outlive the rollback.
    """
    if can(actor, verb, obj):
        return
    own = verb in {"approve_booking", "decline_booking"} and obj.person_id == actor.pk
    refuse(actor, verb, obj, app="instruments", reason="own_request" if own else "no_right")


def _instrument_of(obj: Any) -> Instrument | None:
    if isinstance(obj, Booking | UsageRecord):
        return obj.instrument
    return obj if isinstance(obj, Instrument) else None


def _unit_of(obj: Any) -> int | None:
    if isinstance(obj, MemberUnit):
        return obj.pk
    if isinstance(obj, UsageRecord | Instrument):
        return obj.unit_id
    return None
