"""Permissions room: who has which role, who may do what to units, people and roles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from changes import record_refusal
from changes.errors import NotAllowed
from changes.remembered import Given, Remembered
from members.enums import NetworkRoleKind, UnitRoleKind
from members.models import MemberUnit, NetworkRole, Organisation, Person, UnitRole
from members.models.dated import lasting

Actor = Person | AnonymousUser

_KEPT = "_members_roles"
DEPUTY = "deputy"
"""How the units of a deputy are called among the rows of roles."""
RoleRows = models.QuerySet[Any, tuple[str, int | None]]
_also_held: dict[Callable[[Given, Given], RoleRows], None] = {}


def read_with_roles(rows: Callable[[Given, Given], RoleRows]) -> None:
    """Let an upper room say what somebody is for a while; its rows of kind and unit are read in the query of roles."""
    _also_held.setdefault(rows)


@dataclass(frozen=True)
class Roles:
    """What a person is today. Unit sets hold primary keys; an officer's rights include the superuser's."""

    manager_of: frozenset[int] = field(default_factory=frozenset)
    steward_in: frozenset[int] = field(default_factory=frozenset)
    viewer_in: frozenset[int] = field(default_factory=frozenset)
    deputy_in: frozenset[int] = field(default_factory=frozenset)
    """Units in which the person stands in for a steward: no role of their own."""
    is_officer: bool = False
    is_expert: bool = False
    is_superuser: bool = False

    @property
    def units(self) -> frozenset[int]:
        """Units in which the person has any role."""
        return self.manager_of | self.steward_in | self.viewer_in


NO_ROLES = Roles()


def roles_of(person: Actor) -> Roles:
    """Return today's roles in one query, kept on the instance for the rest of the request.

    Nobody (anonymous, inactive) has none. `is_officer` is also true for a superuser.
    """
    if not isinstance(person, Person) or not person.is_active:
        return NO_ROLES
    today = timezone.localdate()
    kept: tuple[dt.date, Roles] | None = getattr(person, _KEPT, None)
    if kept is not None and kept[0] == today:
        return kept[1]
    rows = _HELD.ask(person=person.pk, today=today)

    def units(kind: str) -> frozenset[int]:
        return frozenset(unit for row, unit in rows if row == kind and unit is not None)

    kinds = {kind for kind, unit in rows if unit is None}
    roles = Roles(
        manager_of=units(UnitRoleKind.MANAGER),
        steward_in=units(UnitRoleKind.STEWARD),
        viewer_in=units(UnitRoleKind.VIEWER),
        deputy_in=units(DEPUTY),
        is_officer=person.is_superuser or NetworkRoleKind.OFFICER in kinds,
        is_expert=NetworkRoleKind.EXPERT in kinds,
        is_superuser=person.is_superuser,
    )
    setattr(person, _KEPT, (today, roles))
    return roles


def _held() -> RoleRows:
    today, person = Given("today", models.DateField()), Given("person", models.BigIntegerField())
    in_units = UnitRole.objects.on(today).filter(person=person).order_by().values_list("kind", "unit_id")
    in_network = NetworkRole.objects.on(today).filter(person=person).order_by()
    nowhere = models.Value(None, output_field=models.BigIntegerField())
    more = [rows(person, today) for rows in _also_held]
    return in_units.union(in_network.values_list("kind", nowhere), *more, all=True)


_HELD = Remembered(_held)


def forget_roles(person: Actor) -> None:
    """Drop what `roles_of` keeps, after a role of this very object has changed."""
    if hasattr(person, _KEPT):
        delattr(person, _KEPT)


def only_officers(roles: Roles, _person: Actor, _obj: Any) -> bool:
    """Ask for an officer, whatever it is about."""
    return roles.is_officer


def _superuser(roles: Roles, _person: Actor, _obj: Any) -> bool:
    return roles.is_superuser


def _officer_or_manager(roles: Roles, _person: Actor, obj: Any) -> bool:
    return roles.is_officer or (isinstance(obj, MemberUnit) and obj.pk in roles.manager_of)


def _in_unit(roles: Roles, _person: Actor, obj: Any) -> bool:
    return roles.is_officer or (isinstance(obj, MemberUnit) and obj.pk in roles.units)


def _manages_or_views(roles: Roles, _person: Actor, obj: Any) -> bool:
    return roles.is_officer or (isinstance(obj, MemberUnit) and obj.pk in roles.manager_of | roles.viewer_in)


def _merges(roles: Roles, _person: Actor, obj: Any) -> bool:
    own = obj.private_to_id if isinstance(obj, Organisation) else None
    return roles.is_officer or (own is not None and own in roles.manager_of)


def _self_or_officer(roles: Roles, person: Actor, obj: Any) -> bool:
    return roles.is_officer or (isinstance(obj, Person) and person.pk is not None and person.pk == obj.pk)


def _change_person(roles: Roles, _person: Actor, obj: Any) -> bool:
    # Whoever can set an address can take the account over, so the department's own are one step higher.
    return roles.is_superuser or (
        roles.is_officer and not (isinstance(obj, Person) and _is_of_department(obj))
    )


def _is_of_department(person: Person) -> bool:
    today = timezone.localdate()
    coming = NetworkRole.objects.filter(lasting(today), person=person)
    return person.is_superuser or person.is_staff or coming.exists()


@dataclass(frozen=True)
class RoleWish:
    """A network-wide role for a person, given or ended."""

    kind: NetworkRoleKind
    person: Person

    @property
    def on_record(self) -> Person:
        """What the history names when the right is refused."""
        return self.person


def _network_role(roles: Roles, _person: Actor, obj: Any) -> bool:
    # Officers name experts; who becomes an officer is decided one step higher.
    kind = obj.kind if isinstance(obj, RoleWish) else obj
    return roles.is_superuser or (roles.is_officer and kind == NetworkRoleKind.EXPERT)


Rule = Callable[[Actor, Any], bool]
"""Whether a person may do something to an object."""
Why = Callable[[Actor, Any], str]
"""Why they may not, as a code for the history."""


@dataclass(frozen=True)
class _Declared:
    app: str
    rule: Rule
    why: Why | None


_DECLARED: dict[str, _Declared] = {}


def declare(app: str, rules: Mapping[str, Rule], *, why: Mapping[str, Why] | None = None) -> None:
    """Name who may do each verb; every capability does so when it is loaded. `app` names its refusals in the history.

    Raises ValueError for a verb that another rule answers already.
    """
    for verb, rule in rules.items():
        known = _DECLARED.get(verb)
        if known is not None and known.rule is not rule:
            raise ValueError(f"Two rules for the verb {verb!r}.")
        _DECLARED[verb] = _Declared(app, rule, (why or {}).get(verb))


def by_roles(rules: Mapping[str, Callable[[Roles, Actor, Any], bool]]) -> dict[str, Rule]:
    """Make rules that look at today's roles into rules that look at a person."""

    def rule_of(rule: Callable[[Roles, Actor, Any], bool]) -> Rule:
        return lambda person, obj: rule(roles_of(person), person, obj)

    return {verb: rule_of(rule) for verb, rule in rules.items()}


declare(
    "members",
    by_roles(
        {
            "create_unit": only_officers,
            "change_unit": only_officers,
            "change_unit_profile": _officer_or_manager,
            "give_unit_role": _officer_or_manager,
            "end_unit_role": _officer_or_manager,
            "give_network_role": _network_role,
            "end_network_role": _network_role,
            "create_person": _officer_or_manager,
            "change_person": _change_person,
            "change_own_account": _self_or_officer,
            "give_admin_access": _superuser,
            "enter_admin": only_officers,
            "announce": only_officers,
            "view_members": only_officers,
            "view_unit_people": _in_unit,
            "manage_unit": _officer_or_manager,
            "change_reference": only_officers,
            "view_organisations": _manages_or_views,
            "register_organisation": _officer_or_manager,
            "change_organisation": only_officers,
            "merge_organisation": _merges,
        }
    ),
)


def can(person: Actor, verb: str, obj: Any = None) -> bool:
    """Say whether a person may do `verb` to `obj`. Raises ValueError for a verb nobody declared."""
    return _declared(verb).rule(person, obj)


def require(actor: Actor, verb: str, obj: Any = None) -> None:
    """Raise NotAllowed, and put the refusal on record, unless `can` says yes; in an action, on the locked row."""
    line = _declared(verb)
    if line.rule(actor, obj):
        return
    raise_not_allowed(
        actor, verb, obj, app=line.app, reason="no_right" if line.why is None else line.why(actor, obj)
    )


def _declared(verb: str) -> _Declared:
    try:
        return _DECLARED[verb]
    except KeyError as error:
        raise ValueError(f"No rule for the verb {verb!r}.") from error


def raise_not_allowed(actor: Actor, verb: str, obj: Any, *, app: str, reason: str = "no_right") -> NoReturn:
    """Put one refusal of right on record, whatever becomes of the change around it, then raise NotAllowed."""
    record_refusal(actor, verb, obj, app=app, reason=reason)
    raise NotAllowed
