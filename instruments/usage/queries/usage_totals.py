"""Queries room: usage summed per instrument, grouped in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat

from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import openings_of
from instruments.terms.rules.intervals import Interval
from instruments.usage.metrics import ZERO, UsageTotals
from instruments.usage.models import OUTSIDE, UsageRecord


def usage_totals(
    start: dt.datetime, end: dt.datetime, instrument_pks: Collection[int] | None = None
) -> dict[int, UsageTotals]:
    """Return the totals of each instrument (None: all) over its counting records, in one query.

    A record counts in the period in which it starts, so that no hour counts twice. Instruments without a record in
    [start, end) are missing. Outside users and units are told by the organisation served, after following what was
    merged; a person by account, else by folded name within that organisation. What served the owner is internal.
    """
    rows = UsageRecord.objects.current().began_in(start, end)
    if instrument_pks is not None:
        rows = rows.filter(instrument__in=instrument_pks)
    served = Coalesce(F("served__merged_into"), F("served"))
    named = Concat(
        Value("n:"), "folded_user", Value("|"), Coalesce(Cast(served, CharField()), Value("")),
        output_field=CharField(),
    )  # fmt: skip
    user = Coalesce(Cast("person_id", CharField()), named)
    # Named apart from the columns, of which some have the same names.
    figures = {
        "effective_hours": _sum("effective_hours"),
        "external_hours": _sum("effective_hours", OUTSIDE),
        "income": _sum("income"),
        "external_income": _sum("income", OUTSIDE),
        "samples": Sum("samples"),
        "records": Count("pk"),
        "external_records": Count("pk", filter=OUTSIDE),
        "external_users": Count(user, filter=OUTSIDE, distinct=True),
        "served_units": Count(served, filter=OUTSIDE, distinct=True),
    }
    grouped = rows.order_by().values("instrument_id")
    totals: Iterable[Mapping[str, Any]] = grouped.annotate(
        **{f"all_{name}": figure for name, figure in figures.items()}
    )
    return {
        row["instrument_id"]: UsageTotals(**{name: _exact(row[f"all_{name}"]) for name in figures})
        for row in totals
    }


def open_hours_of(
    instruments: Iterable[Instrument] | None, start: dt.datetime, end: dt.datetime
) -> dict[int, Decimal]:
    """Return the open hours of each instrument in [start, end) by the weeks that held then and its dated exceptions.

    One query, however many instruments; equal weeks are worked out once. None: of all that are ever open.
    """
    pks = None if instruments is None else [instrument.pk for instrument in instruments]
    if pks == [] or end <= start:
        return dict.fromkeys(pks or [], ZERO)
    openings = openings_of(pks, Interval(start, end))
    return {pk: openings[pk].hours for pk in (openings if pks is None else pks)}


def _sum(field: str, condition: Q | None = None) -> Sum:
    return Sum(field, filter=condition, output_field=DecimalField(max_digits=20, decimal_places=2))


def _exact(value: Decimal | int | None) -> Any:
    # SQLite adds as binary floats: two places are exact up to thirteen digits.
    if value is None:
        return ZERO
    return value.quantize(ZERO) if isinstance(value, Decimal) else value
