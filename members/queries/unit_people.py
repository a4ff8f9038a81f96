"""Queries room: the people of one unit with their roles in it, for those who keep its house."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from members.enums import UnitRoleKind
from members.models import MemberUnit, Person, UnitRole
from members.models.dated import lasting
from members.queries.named import holding_words

PAGE_SIZE = 50
MOST_FORMER = 100


@dataclass(frozen=True)
class PeopleTotals:
    """How many people the list of a unit has, and how many hold each role today."""

    people: int
    managers: int
    stewards: int
    viewers: int


@dataclass(frozen=True)
class PersonLine:
    """One person with the roles in the unit that hold today or later, and whether the invitation still waits."""

    person: Person
    roles: list[UnitRole]
    waits: bool


def unit_people(
    unit: MemberUnit, day: dt.date, *, q: str = "", kind: str = "", page: int = 1
) -> tuple[Page[Any], list[PersonLine]]:
    """Return a page of the unit's open accounts and of whoever else holds a role in it; managers first.

    Three queries however many people, one more where `q` is given: words of names and addresses, or sounds. `kind`
    keeps the holders of one role; a page too far gives the last.
    """
    roles = _present(unit, day)
    rows = _people(unit, roles)
    if kind:
        rows = rows.filter(pk__in=roles.filter(kind=kind).values("person"))
    rows = holding_words(rows, q, ("display_name", "email"))
    held = roles.filter(person=OuterRef("pk"))
    ranks = [When(Exists(held.filter(kind=kind)), then=place) for place, kind in enumerate(UnitRoleKind)]
    rows = rows.annotate(rank=Case(*ranks, default=Value(9), output_field=IntegerField())).order_by(
        "rank", "display_name", "pk"
    )
    rows = rows.prefetch_related(Prefetch("unit_roles", roles.order_by("valid_from", "pk"), to_attr="held"))
    shown: Page[Any] = Paginator(rows, PAGE_SIZE).get_page(page)
    order = {str(kind): place for place, kind in enumerate(UnitRoleKind)}
    lines = [
        PersonLine(
            person,
            sorted(getattr(person, "held", []), key=lambda role: order[role.kind]),
            person.is_active and person.home_unit_id == unit.pk and not person.has_usable_password(),
        )
        for person in shown.object_list
    ]
    return shown, lines


def people_totals(unit: MemberUnit, day: dt.date) -> PeopleTotals:
    """Return the figures above the list; two queries."""
    counts = dict(
        UnitRole.objects.on(day)
        .filter(unit=unit)
        .order_by()
        .values_list("kind")
        .annotate(number=Count("person", distinct=True))
    )
    return PeopleTotals(
        people=_people(unit, _present(unit, day)).count(),
        managers=counts.get(UnitRoleKind.MANAGER, 0),
        stewards=counts.get(UnitRoleKind.STEWARD, 0),
        viewers=counts.get(UnitRoleKind.VIEWER, 0),
    )


def former_roles(unit: MemberUnit, day: dt.date) -> QuerySet[UnitRole]:
    """Return the newest roles that are over, with their people."""
    rows = UnitRole.objects.filter(unit=unit, valid_to__lte=day).select_related("person")
    return rows.order_by(F("valid_to").desc(), "pk")[:MOST_FORMER]


def unit_role(unit: MemberUnit, pk: int) -> UnitRole | None:
    """Return one role in this unit, or None."""
    return UnitRole.objects.select_related("person", "unit").filter(unit=unit, pk=pk).first()


def _people(unit: MemberUnit, roles: QuerySet[UnitRole]) -> QuerySet[Person]:
    """The unit's open accounts, and whoever else holds one of the roles."""
    return Person.objects.filter(Q(home_unit=unit, is_active=True) | Q(pk__in=roles.values("person")))


def _present(unit: MemberUnit, day: dt.date) -> QuerySet[UnitRole]:
    return UnitRole.objects.filter(lasting(day), unit=unit)
