"""Actions room: give and end dated roles, in a unit and in the network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes import Work, perform, unchanged
from changes.dependants import NO_CHOICES, Choices
from members.actions.access import end_access
from members.actions.dated import resolve_rest, resolved, settle_over
from members.enums import NetworkRoleKind, UnitRoleKind
from members.errors import InvalidRole, LastManager, RoleBeforeUnit, RoleExists
from members.events import RoleEnded, RoleGiven
from members.locks import lock_network_role, lock_person, lock_unit, lock_unit_role
from members.messages import role_ended, role_text
from members.models import MemberUnit, NetworkRole, Person, UnitRole
from members.models.dated import lasting
from members.permissions import RoleWish, forget_roles, require
from members.rules.coverage import covers_for_ever
from notices.wording import in_both


def give_unit_role(
    work: Work, person: Person, unit: MemberUnit, kind: str, *, valid_from: dt.date | None = None
) -> UnitRole:
    """Give a person a role in a unit from a day on (today unless told).

    Officers, and managers of that unit. Raises NotAllowed, RoleExists where the person holds that role
    on that day or later, InvalidRole for a person whose account is closed, RoleBeforeUnit for a day before the
    unit joined. Given anew after an end, it opens nothing to sessions and tokens from before.
    """
    UnitRoleKind(kind)
    unit = lock_unit(work, unit.pk)
    holder = lock_person(work, person.pk)
    require(work.actor, "give_unit_role", unit)
    if valid_from is not None and valid_from < unit.joined_on:
        raise RoleBeforeUnit
    was_ended = UnitRole.objects.filter(person=holder, unit=unit, kind=kind).exists()
    role = write_unit_role(work, holder, unit, kind, valid_from or timezone.localdate(work.now))
    if was_ended:
        end_access(work, holder)
    forget_roles(person)
    return role


def write_unit_role(work: Work, person: Person, unit: MemberUnit, kind: str, valid_from: dt.date) -> UnitRole:
    """Write one role as a part of an action that holds the unit's lock and has asked for the right."""
    if not person.is_active:
        raise InvalidRole(_("This account is closed, so it can hold no role."))
    held = UnitRole.objects.filter(lasting(valid_from))
    if held.filter(person=person, unit=unit, kind=kind).exists():
        raise RoleExists
    role = UnitRole.objects.create(person=person, unit=unit, kind=kind, valid_from=valid_from)
    given = {"person": person.pk, "unit": unit.code, "kind": kind, "valid_from": role.valid_from}
    work.emit(RoleGiven(target=role, after=given))
    return role


def end_unit_role(
    work: Work,
    role: UnitRole,
    *,
    valid_to: dt.date | None = None,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> UnitRole:
    """End a role; `valid_to` (today unless told) is the first day without it.

    For everything that rests on it from that day on somebody says what shall happen (`choices`). Officers, and
    managers of that unit. Raises NotAllowed, StaleVersion, InvalidRole, Unresolved, and LastManager where from that
    day on nobody would manage the unit. Ending an ended role again changes nothing.
    """
    unit = lock_unit(work, role.unit_id)
    locked = lock_unit_role(work, role.pk)
    require(work.actor, "end_unit_role", unit)
    last_day = valid_to or timezone.localdate(work.now)
    if _ended(work, locked, last_day, choices, seen):
        forget_roles(role.person)
    return locked


def give_network_role(
    work: Work, person: Person, kind: str, *, valid_from: dt.date | None = None
) -> NetworkRole:
    """Give a network-wide role from a day on (today unless told).

    Officers name experts; superusers also officers. Given anew after an end, it opens nothing to sessions and tokens
    from before. Raises NotAllowed, RoleExists, InvalidRole.
    """
    locked = lock_person(work, person.pk)
    require(work.actor, "give_network_role", RoleWish(NetworkRoleKind(kind), locked))
    first_day = valid_from or timezone.localdate(work.now)
    if not locked.is_active:
        raise InvalidRole(_("This account is closed, so it can hold no role."))
    held = NetworkRole.objects.filter(lasting(first_day))
    if held.filter(person=locked, kind=kind).exists():
        raise RoleExists
    was_ended = NetworkRole.objects.filter(person=locked, kind=kind).exists()
    role = NetworkRole.objects.create(person=locked, kind=kind, valid_from=first_day)
    given = {"person": person.pk, "kind": kind, "valid_from": first_day}
    work.emit(RoleGiven(target=role, after=given))
    if was_ended:
        end_access(work, locked)
    forget_roles(person)
    return role


def end_network_role(
    work: Work,
    role: NetworkRole,
    *,
    valid_to: dt.date | None = None,
    choices: Choices = NO_CHOICES,
    seen: int | None = None,
) -> NetworkRole:
    """End a network-wide role; `valid_to` (today unless told) is the first day without it.

    For everything that rests on it from that day on somebody says what shall happen (`choices`). An end today ends the
    person's sessions and tokens as well. Raises NotAllowed, StaleVersion, InvalidRole, Unresolved. Ending an ended
    role again changes nothing.
    """
    holder = lock_person(work, role.person_id)
    locked = lock_network_role(work, role.pk)
    require(work.actor, "end_network_role", RoleWish(NetworkRoleKind(locked.kind), locked.person))
    last_day = valid_to or timezone.localdate(work.now)
    if _ended(work, locked, last_day, choices, seen):
        if last_day <= timezone.localdate(work.now):
            end_access(work, holder)
        forget_roles(role.person)
    return locked


def end_roles_with_basis(work: Work, *, in_units: Iterable[int], in_network: Iterable[int]) -> None:
    """End roles today, those to come before they begin: what they rested on was taken away by whoever had the right."""
    today = timezone.localdate(work.now)
    rows: list[UnitRole | NetworkRole] = [
        *work.lock(UnitRole.objects.select_related("unit", "person"), in_units).values(),
        *work.lock(NetworkRole.objects.select_related("person"), in_network).values(),
    ]
    for role in rows:
        _end(work, role, max(today, role.valid_from))
        resolved(work, role)


def settle_ended_roles(now: dt.datetime) -> int:
    """Settle what rests on each role whose last day is over by its date; return how many. Safe to run twice or at once.

    The system acts: what leaves no choice happens, everything else is kept, its people are told.
    """
    over = {"valid_to__lte": timezone.localdate(now), "resolved_at": None}
    in_units = UnitRole.objects.filter(**over).order_by("pk").values_list("pk", "unit_id")
    in_network = NetworkRole.objects.filter(**over).order_by("pk").values_list("pk", "person_id")
    done = [perform(None, _settle_unit_role, pk, unit) for pk, unit in list(in_units)]
    done += [perform(None, _settle_network_role, pk, person) for pk, person in list(in_network)]
    return sum(done)


def _settle_unit_role(work: Work, pk: int, unit: int) -> bool:
    lock_unit(work, unit)
    role = lock_unit_role(work, pk)
    return settle_over(work, role, role_ended(role))


def _settle_network_role(work: Work, pk: int, person: int) -> bool:
    holder = lock_person(work, person)
    role = lock_network_role(work, pk)
    was_open = settle_over(work, role, role_ended(role))
    if was_open:
        end_access(work, holder)
    return was_open


def _ended(
    work: Work, role: UnitRole | NetworkRole, last_day: dt.date, choices: Choices, seen: int | None
) -> bool:
    """End a locked role and do what was chosen for what rests on it; False for one that is over by that day."""
    if role.valid_to is not None and role.valid_to <= last_day:
        return False
    unchanged(role, seen)
    if last_day < role.valid_from:
        raise InvalidRole
    if isinstance(role, UnitRole) and role.kind == UnitRoleKind.MANAGER:
        _keep_managed(role, last_day)
    _end(work, role, last_day)
    resolve_rest(work, role, last_day, choices, role_ended(role))
    return True


def _end(work: Work, role: UnitRole | NetworkRole, last_day: dt.date) -> None:
    before = role.valid_to
    role.valid_to = last_day
    role.version += 1
    role.save(update_fields=["valid_to", "version"])
    work.emit(RoleEnded(target=role, before={"valid_to": before}, after={"valid_to": last_day}))
    if work.actor is None or work.actor.pk != role.person_id:
        work.tell([role.person], "role_ended", {"role": in_both(role_text(role)), "day": last_day})


def _keep_managed(role: UnitRole, day: dt.date) -> None:
    """Raise LastManager where, with the role ended on `day`, some day from then on has no open account in charge."""
    others = UnitRole.objects.filter(unit=role.unit_id, kind=UnitRoleKind.MANAGER, person__is_active=True)
    if not covers_for_ever(others.exclude(pk=role.pk).values_list("valid_from", "valid_to"), day):
        raise LastManager
