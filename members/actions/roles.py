"""Actions room: give and end dated roles, in a unit and in the network."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.chain import record
from members.actions.access import end_access
from members.enums import NetworkRoleKind, UnitRoleKind
from members.errors import InvalidRole, LastManager, RoleBeforeUnit, RoleExists
from members.locks import lock_network_role, lock_person, lock_unit, lock_unit_role
from members.models import MemberUnit, NetworkRole, Person, UnitRole
from members.permissions import Actor, forget_roles, require
from members.rules.coverage import covers_for_ever


def give_unit_role(
    person: Person, unit: MemberUnit, kind: str, *, actor: Actor, valid_from: dt.date | None = None
) -> UnitRole:
    """Give a person a role in a unit from a day on (today unless told).

    Officers, and managers of that unit. Raises NotAllowed, RoleExists where the person holds that role
    on that day or later, InvalidRole for a person whose account is closed, RoleBeforeUnit for a day before the
    unit joined. Given anew after an end, it opens nothing to sessions and tokens from before.
    """
    require(actor, "give_unit_role", unit)
    UnitRoleKind(kind)
    with transaction.atomic():
        joined_on = lock_unit(unit.pk).joined_on
        if valid_from is not None and valid_from < joined_on:
            raise RoleBeforeUnit
        was_ended = UnitRole.objects.filter(person=person, unit=unit, kind=kind).exists()
        role = write_unit_role(person, unit, kind, valid_from or timezone.localdate())
        if was_ended:
            end_access(person, actor=actor)
        record(
            actor=_who(actor),
            verb="members.role.given",
            target=role,
            after={"person": person.pk, "unit": unit.code, "kind": kind, "valid_from": role.valid_from},
        )
    forget_roles(person)
    return role


def write_unit_role(person: Person, unit: MemberUnit, kind: str, valid_from: dt.date) -> UnitRole:
    """Write one role inside the caller's action, which holds the unit's lock and records it."""
    if not person.is_active:
        raise InvalidRole(_("This account is closed, so it can hold no role."))
    held = UnitRole.objects.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
    if held.filter(person=person, unit=unit, kind=kind).exists():
        raise RoleExists
    return UnitRole.objects.create(person=person, unit=unit, kind=kind, valid_from=valid_from)


def end_unit_role(role: UnitRole, *, actor: Actor, valid_to: dt.date | None = None) -> UnitRole:
    """End a role; `valid_to` (today unless told) is the first day without it.

    Officers, and managers of that unit. Raises NotAllowed, InvalidRole, and LastManager where from that day
    on nobody would manage the unit. Ending an ended role again changes nothing.
    """
    require(actor, "end_unit_role", role.unit)
    last_day = valid_to or timezone.localdate()
    with transaction.atomic():
        unit = lock_unit(role.unit_id)
        locked = lock_unit_role(role.pk)
        if locked.valid_to is not None and locked.valid_to <= last_day:
            return locked
        if last_day < locked.valid_from:
            raise InvalidRole
        if locked.kind == UnitRoleKind.MANAGER:
            _keep_managed(locked, unit, last_day)
        before = locked.valid_to
        locked.valid_to = last_day
        locked.save(update_fields=["valid_to"])
        record(
            actor=_who(actor),
            verb="members.role.ended",
            target=locked,
            before={"valid_to": before},
            after={"valid_to": last_day},
        )
    forget_roles(role.person)
    return locked


def give_network_role(
    person: Person, kind: str, *, actor: Actor, valid_from: dt.date | None = None
) -> NetworkRole:
    """Give a network-wide role from a day on (today unless told).

    Officers name experts; superusers also officers. Given anew after an end, it opens nothing to sessions and tokens
    from before. Raises NotAllowed, RoleExists, InvalidRole.
    """
    require(actor, "give_network_role", NetworkRoleKind(kind).value)
    first_day = valid_from or timezone.localdate()
    with transaction.atomic():
        locked = lock_person(person.pk)
        if not locked.is_active:
            raise InvalidRole(_("This account is closed, so it can hold no role."))
        held = NetworkRole.objects.filter(Q(valid_to=None) | Q(valid_to__gt=first_day))
        if held.filter(person=locked, kind=kind).exists():
            raise RoleExists
        was_ended = NetworkRole.objects.filter(person=locked, kind=kind).exists()
        role = NetworkRole.objects.create(person=locked, kind=kind, valid_from=first_day)
        if was_ended:
            end_access(person, actor=actor)
        record(
            actor=_who(actor),
            verb="members.role.given",
            target=role,
            after={"person": person.pk, "kind": kind, "valid_from": first_day},
        )
    forget_roles(person)
    return role


def end_network_role(role: NetworkRole, *, actor: Actor, valid_to: dt.date | None = None) -> NetworkRole:
    """End a network-wide role; `valid_to` (today unless told) is the first day without it.

    An end today ends the person's sessions and tokens as well. Raises NotAllowed, InvalidRole. Ending an ended role
    again changes nothing.
    """
    require(actor, "end_network_role", role.kind)
    last_day = valid_to or timezone.localdate()
    with transaction.atomic():
        locked = lock_network_role(role.pk)
        if locked.valid_to is not None and locked.valid_to <= last_day:
            return locked
        if last_day < locked.valid_from:
            raise InvalidRole
        before = locked.valid_to
        locked.valid_to = last_day
        locked.save(update_fields=["valid_to"])
        record(
            actor=_who(actor),
            verb="members.role.ended",
            target=locked,
            before={"valid_to": before},
            after={"valid_to": last_day},
        )
        if last_day <= timezone.localdate():
            end_access(role.person, actor=actor)
    forget_roles(role.person)
    return locked


def _keep_managed(role: UnitRole, unit: MemberUnit, day: dt.date) -> None:
    """Raise LastManager where, with the role ended on `day`, some day from then on has no open account in charge."""
    others = UnitRole.objects.filter(unit=unit, kind=UnitRoleKind.MANAGER, person__is_active=True)
    if not covers_for_ever(others.exclude(pk=role.pk).values_list("valid_from", "valid_to"), day):
        raise LastManager


def _who(actor: Actor) -> Person | None:
    return actor if isinstance(actor, Person) else None
