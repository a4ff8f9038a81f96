"""Queries room: the usage records of one unit, narrowed and summed, and the story of one record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, DecimalField, Q, QuerySet, Sum

from display.stamps import kept_while
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import local_midnight
from instruments.usage.models import OUTSIDE, UsageRecord
from instruments.usage.queries.usage import sees_all_usage, usage_visible_to
from members.models import MemberUnit, Person

PAGE_SIZE = 25
_FEN = Decimal("0.01")


@dataclass(frozen=True)
class UsageFilters:
    """What a list of usage is narrowed by; a record belongs to the local day on which it starts."""

    instrument: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    user_kind: str = ""
    purpose: str = ""
    replaced_too: bool = False


@dataclass(frozen=True)
class UsageSums:
    """How many rows there are, how many of them count, and what those add up to (hours, yuan)."""

    rows: int
    counting: int
    hours: Decimal
    external_hours: Decimal
    income: Decimal


def unit_usage(
    unit: MemberUnit, person: Person | AnonymousUser, filters: UsageFilters
) -> QuerySet[UsageRecord]:
    """Return the records of a unit that a person sees, newest first, with instrument and person."""
    rows = usage_visible_to(person)
    if sees_all_usage(person, unit):
        # By the unit alone: beside other ways to see a record the database walks all of them.
        rows = UsageRecord.objects.select_related("instrument", "unit", "person")
    rows = rows.filter(unit=unit)
    if not filters.replaced_too:
        rows = rows.filter(is_current=True)
    if filters.instrument:
        rows = rows.filter(instrument__code=filters.instrument)
    first, last = filters.first_day, filters.last_day
    rows = rows.began_in(
        None if first is None else local_midnight(first),
        None if last is None else local_midnight(last + dt.timedelta(days=1)),
    )
    if filters.user_kind:
        rows = rows.filter(user_kind=filters.user_kind)
    if filters.purpose:
        rows = rows.filter(purpose=filters.purpose)
    return rows.order_by("-start", "-recorded_at", "id")


def unit_sums(unit: MemberUnit, person: Person | AnonymousUser, filters: UsageFilters) -> UsageSums:
    """Add up what `unit_usage` returns.

    Those of the whole unit are kept for some minutes, while nothing of its use changes.
    """
    rows = unit_usage(unit, person, filters)
    if filters != UsageFilters() or not sees_all_usage(person, unit):
        return sums_of(rows)
    names = (f"of_unit.{unit.pk}", "units", "organisations")
    return kept_while(f"usage_sums.{unit.pk}", names, lambda: sums_of(rows))


def sums_of(rows: QuerySet[UsageRecord]) -> UsageSums:
    """Add up all rows, not one page of them, in one query; replaced records do not count."""
    counting = Q(is_current=True)
    exact = partial(Sum, output_field=DecimalField(max_digits=20, decimal_places=2))
    found = rows.order_by().aggregate(
        rows=Count("pk"),
        counting=Count("pk", filter=counting),
        hours=exact("effective_hours", filter=counting),
        external=exact("effective_hours", filter=counting & OUTSIDE),
        earned=exact("income", filter=counting),
    )
    return UsageSums(
        rows=found["rows"],
        counting=found["counting"],
        hours=_exact(found["hours"]),
        external_hours=_exact(found["external"]),
        income=_exact(found["earned"]),
    )


def usage_page(rows: QuerySet[UsageRecord], sums: UsageSums, number: int) -> Page[UsageRecord]:
    """Return one page of records, which `sums` have counted; a page too far gives the last."""
    pages = Paginator(rows, PAGE_SIZE)
    pages.count = sums.rows
    return pages.get_page(number)


def instruments_of_unit(unit: MemberUnit) -> QuerySet[Instrument]:
    """Return the instruments of a unit by code, retired ones too: their past use can still be recorded."""
    return Instrument.objects.filter(unit=unit).defer("search_text", "grams").order_by("code")


def story_of(record: UsageRecord) -> list[UsageRecord]:
    """Return a record with all it replaced and all that replaced it, oldest first.

    A correction keeps unit and number, so one query finds them all.
    """
    rows = UsageRecord.objects.filter(unit=record.unit_id, record_id=record.record_id).select_related(
        "instrument__unit", "unit", "person", "recorded_by", "booking", "served__merged_into"
    )
    after = {row.corrects_id: row for row in rows}
    story: list[UsageRecord] = []
    seen: UUID | None = None
    while seen in after:
        story.append(after[seen])
        seen = story[-1].pk
    return story


def _exact(value: Decimal | None) -> Decimal:
    # SQLite adds as binary floats: two places are exact up to thirteen digits.
    return Decimal("0.00") if value is None else value.quantize(_FEN)
