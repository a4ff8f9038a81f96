"""Queries room: people and their roles."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from members.enums import NetworkRoleKind, UnitRoleKind
from members.models import MemberUnit, NetworkRole, Person, UnitRole


def person_by_email(email: str) -> Person | None:
    """Find a person by address, whatever its case, or None."""
    return Person.objects.select_related("home_unit").filter(email=email.strip().lower()).first()


def roles_in(unit: MemberUnit, day: dt.date) -> QuerySet[UnitRole]:
    """Roles valid in a unit on a day, managers first, with their people."""
    return (
        UnitRole.objects.on(day)
        .filter(unit=unit)
        .select_related("person")
        .order_by("kind", "person__display_name", "pk")
    )


def managers_of(unit_pk: int, day: dt.date) -> QuerySet[Person]:
    """People with an open account who manage a unit on a day."""
    roles = UnitRole.objects.on(day).filter(unit_id=unit_pk, kind=UnitRoleKind.MANAGER)
    return Person.objects.filter(is_active=True, pk__in=roles.values("person")).order_by("pk")


def account_elsewhere(email: str, unit: MemberUnit) -> Person | None:
    """Return who has an open account with that address outside a unit, or None."""
    people = Person.objects.filter(email__iexact=email.strip(), is_active=True)
    return people.exclude(home_unit=unit).first()


def officers(day: dt.date) -> QuerySet[Person]:
    """People with an open account who are department officers on a day."""
    return _with_network_role(NetworkRoleKind.OFFICER, day)


def experts(day: dt.date) -> QuerySet[Person]:
    """People with an open account who are evaluation experts on a day."""
    return _with_network_role(NetworkRoleKind.EXPERT, day)


def people_of(unit: MemberUnit) -> QuerySet[Person]:
    """Open accounts that belong to a unit."""
    return Person.objects.filter(home_unit=unit, is_active=True).order_by("display_name", "pk")


def roles_held_by(person: Person, day: dt.date) -> list[UnitRole | NetworkRole]:
    """Return what a person is on a day: roles in units, with their units, then those in the network."""
    in_units = UnitRole.objects.on(day).filter(person=person).select_related("unit").order_by("unit", "kind")
    return [*in_units, *NetworkRole.objects.on(day).filter(person=person).order_by("kind")]


def _with_network_role(kind: NetworkRoleKind, day: dt.date) -> QuerySet[Person]:
    roles = NetworkRole.objects.on(day).filter(kind=kind)
    return Person.objects.filter(is_active=True, pk__in=roles.values("person")).order_by("pk")
