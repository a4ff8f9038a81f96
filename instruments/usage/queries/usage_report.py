"""Usage of a unit's instruments in a period: totals per instrument, and the single records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from instruments.inventory.models import Instrument, Stewardship
from instruments.usage.metrics import UsageTotals
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage_totals import usage_totals
from members.models import MemberUnit, Person
from members.permissions import roles_of

ZERO = Decimal("0.00")
CHUNK = 2000


def midnight(day: dt.date) -> dt.datetime:
    """The moment a day begins where our people live."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def records_of(
    unit: MemberUnit, start: dt.date, end: dt.date, only: frozenset[str] | None = None
) -> QuerySet[UsageRecord]:
    """Records that count and began in [start, end), by instrument and time; `only`: of the instruments so coded."""
    rows = (
        UsageRecord.objects.current().began_in(midnight(start), midnight(end)).filter(instrument__unit=unit)
    )
    if only is not None:
        rows = rows.filter(instrument__code__in=only)
    return rows.order_by("instrument__code", "start", "id")


def instruments_of(unit: MemberUnit, only: frozenset[str] | None = None) -> list[Instrument]:
    """The unit's instruments by code; `only`: those so coded."""
    rows = Instrument.objects.filter(unit=unit)
    return list((rows if only is None else rows.filter(code__in=only)).order_by("code"))


def kept_only(person: Person, unit: MemberUnit) -> frozenset[str] | None:
    """Codes of the instruments to which the person's sight of the unit's usage is limited; None: the whole unit.

    Stewards see what they keep; managers, viewers and officers everything.
    """
    roles = roles_of(person)
    if roles.is_officer or unit.pk in roles.manager_of | roles.viewer_in:
        return None
    kept = Stewardship.objects.on(timezone.localdate()).filter(person=person, instrument__unit=unit)
    return frozenset(kept.values_list("instrument__code", flat=True))


def totals_of(
    instruments: Collection[Instrument], start: dt.date, end: dt.date
) -> tuple[dict[int, UsageTotals], UsageTotals]:
    """Totals of [start, end) by instrument (primary key), and added up; users and units served cannot be added."""
    totals = usage_totals(midnight(start), midnight(end), [instrument.pk for instrument in instruments])
    parts = totals.values()
    whole = UsageTotals(
        effective_hours=sum((part.effective_hours for part in parts), ZERO),
        external_hours=sum((part.external_hours for part in parts), ZERO),
        income=sum((part.income for part in parts), ZERO),
        external_income=sum((part.external_income for part in parts), ZERO),
        samples=sum(part.samples for part in parts),
        records=sum(part.records for part in parts),
    )
    return totals, whole


Record = tuple[
    str,
    str,
    str,
    str,
    int,
    dt.datetime,
    dt.datetime,
    Decimal,
    str,
    str,
    str,
    str,
    int,
    Decimal,
    str,
    str | None,
]


@dataclass(frozen=True)
class RecordRows:
    """The single records, read anew each time and a chunk at a time."""

    unit: MemberUnit
    start: dt.date
    end: dt.date
    only: frozenset[str] | None = None

    def __iter__(self) -> Iterator[Record]:
        fields = (
            "record_id", "instrument__code", "instrument__name_zh", "instrument__name_en", "station", "start",
            "end", "effective_hours", "user_kind", "user_name", "user_unit", "purpose", "samples", "income",
            "source", "served_name",
        )  # fmt: skip
        # Each chunk is a query of its own: a reading left open would keep whoever makes the report from writing how far
        # it is, as soon as anybody else wrote something.
        rows = records_of(self.unit, self.start, self.end, self.only).annotate(
            served_name=Coalesce("served__merged_into__name_zh", "served__name_zh")
        )
        keys = list(rows.values_list("pk", flat=True))
        for at in range(0, len(keys), CHUNK):
            yield from rows.filter(pk__in=keys[at : at + CHUNK]).values_list(*fields)
