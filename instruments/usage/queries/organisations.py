"""Queries room: the names a unit typed for those it served, how much they were used, and what they may mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, DecimalField, F, Q, Sum, Value, When

from instruments.usage.enums import UserKind
from instruments.usage.metrics import ZERO
from instruments.usage.models import UsageRecord
from members.models import MemberUnit, Organisation
from members.queries.organisations import private_organisations
from members.rules.organisation_names import most_alike

PAGE_SIZE = 50
_HOURS: DecimalField[Decimal, Decimal] = DecimalField(max_digits=20, decimal_places=2)
_COUNTING = Q(usage_records__is_current=True, usage_records__user_kind=UserKind.EXTERNAL)


@dataclass(frozen=True)
class NameInUse:
    """A name a unit typed: what it stands for, its counting records and hours, and the organisations most like it."""

    organisation: Organisation
    records: int
    hours: Decimal
    alike: Sequence[Organisation]


@dataclass(frozen=True)
class UnmergedName:
    """A name that one unit typed and nobody merged, with the outside hours it brings in a period."""

    unit_code: str
    name: str
    records: int
    hours: Decimal


def names_in_use(
    unit: MemberUnit, goals: Sequence[Organisation], number: int
) -> tuple[Page[Any], list[NameInUse]]:
    """Return one page of the names a unit typed: those that count by themselves first, the most used first.

    `goals` are what `goals_for` gave. Two queries, however many names.
    """
    rows = (
        private_organisations(unit)
        .annotate(
            records=Count("usage_records", filter=_COUNTING),
            hours=Sum("usage_records__effective_hours", filter=_COUNTING, output_field=_HOURS),
            order=Case(When(merged_into=None, then=Value(0)), default=Value(1)),
        )
        .order_by("order", F("hours").desc(nulls_last=True), "name_zh", "pk")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    by_key = {goal.pk: goal for goal in goals}
    lines = []
    row: Any
    for row in page:
        others = [(goal.pk, goal.folded) for goal in goals if goal.pk != row.pk]
        alike = [] if row.merged_into_id is not None else most_alike(row.folded, others)
        lines.append(NameInUse(row, row.records, _exact(row.hours), [by_key[pk] for pk in alike]))
    return page, lines


def goals_for(unit: MemberUnit) -> list[Organisation]:
    """Return what a name of a unit may be merged into: member units, registered organisations, its own other names."""
    rows = Organisation.objects.filter(merged_into=None).filter(Q(private_to=None) | Q(private_to=unit))
    return list(rows.order_by("name_zh", "pk"))


def unmerged_names(
    start: dt.datetime, end: dt.datetime, units: Collection[int] | None = None
) -> list[UnmergedName]:
    """Return the private names nobody merged that bring outside hours in [start, end), most hours first; one query.

    `units`: keys of the units to ask for; None: all.
    """
    rows = (
        UsageRecord.objects.current()
        .began_in(start, end)
        .filter(
            user_kind=UserKind.EXTERNAL,
            effective_hours__gt=0,
            served__private_to__isnull=False,
            served__merged_into=None,
        )
    )
    if units is not None:
        rows = rows.filter(unit__in=units)
    grouped = (
        rows.order_by()
        .values("served_id", "served__name_zh", "served__private_to__code")
        .annotate(records=Count("pk"), hours=Sum("effective_hours", output_field=_HOURS))
        .order_by("-hours", "served__private_to__code", "served__name_zh")
    )
    return [
        UnmergedName(
            row["served__private_to__code"], row["served__name_zh"], row["records"], _exact(row["hours"])
        )
        for row in grouped
    ]


def _exact(value: Decimal | None) -> Decimal:
    # SQLite adds as binary floats: two places are exact up to thirteen digits.
    return ZERO if value is None else value.quantize(ZERO)
