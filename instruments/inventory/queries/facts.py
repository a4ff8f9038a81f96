"""Queries room: what an instrument was at an earlier moment, from the dated rows of its facts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from instruments.inventory.models import Instrument, InstrumentFacts, InstrumentFunding

ALWAYS = dt.datetime(1992, 1, 1, tzinfo=dt.UTC)
"""What nobody saw begin holds from here on."""
STATE = "state"
JOINED = "joined_on"
READ_BACK = ("sharing_mode", "original_value", "funding", "equipment_kind", JOINED, STATE)
"""What an evaluation asks of an instrument beside its usage; code and unit never change."""


@dataclass(frozen=True)
class Change:
    """One change of one instrument; `before` and `after` hold of `READ_BACK` only what differs.

    `entered`: the instrument was entered then, so there is nothing before.
    """

    instrument: int
    at: dt.datetime
    entered: bool
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class PastInstrument:
    """An instrument as it was at a moment; class and region by key."""

    funding: tuple[str, ...]
    state: str
    sharing_mode: str
    original_value: Decimal
    equipment_kind: str
    joined_on: dt.date
    name_zh: str
    name_en: str
    instrument_class: int
    region: int


_PLAIN = tuple(field.name for field in fields(PastInstrument) if field.name != "funding")
"""What an instrument and a row of its facts call by the same name."""


def facts_now(instrument: Instrument, at: dt.datetime) -> InstrumentFacts:
    """Return the facts of an instrument as they are, as an unsaved row that begins at a moment."""
    return InstrumentFacts(
        instrument=instrument,
        valid_from=at,
        name_zh=instrument.name_zh,
        name_en=instrument.name_en,
        instrument_class_id=instrument.instrument_class_id,
        region_id=instrument.region_id,
        original_value=instrument.original_value,
        funding=sorted(link.source for link in instrument.funding.all()),
        equipment_kind=instrument.equipment_kind,
        sharing_mode=instrument.sharing_mode,
        state=instrument.state,
        joined_on=instrument.joined_on,
    )


def facts_at(
    moment: dt.datetime, instruments: QuerySet[Instrument] | None = None
) -> dict[int, PastInstrument]:
    """Return instruments (None: all), by key, as they were at a moment, in two queries, or in four.

    One entered later is as it was entered; one of which no row speaks is as it is now.
    """
    wanted = Instrument.objects.all() if instruments is None else instruments
    rows = InstrumentFacts.objects.order_by("instrument", "valid_from")
    if instruments is not None:
        rows = rows.filter(instrument__in=wanted.order_by())
    found: dict[int, tuple[Any, ...]] = {}
    for pk, since, *facts in rows.values_list("instrument", "valid_from", "funding", *_PLAIN):
        if pk not in found or since <= moment:
            found[pk] = tuple(facts)
    keys = list(wanted.order_by("pk").values_list("pk", flat=True))
    silent = [pk for pk in keys if pk not in found]
    if silent:
        funding: defaultdict[int, list[str]] = defaultdict(list)
        links = InstrumentFunding.objects.filter(instrument__in=silent).order_by()
        for pk, source in links.values_list("instrument", "source"):
            funding[pk].append(source)
        for pk, *facts in Instrument.objects.filter(pk__in=silent).values_list("pk", *_PLAIN):
            found[pk] = (sorted(funding[pk]), *facts)
    return {pk: PastInstrument(tuple(found[pk][0]), *found[pk][1:]) for pk in keys}


def facts_on(day: dt.date, instruments: QuerySet[Instrument] | None = None) -> dict[int, PastInstrument]:
    """Return instruments as they were at the end of a local day; see `facts_at`."""
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    return facts_at(end - dt.timedelta(microseconds=1), instruments)


def changes_since(
    after: dt.datetime, until: dt.datetime | None = None, instruments: QuerySet[Instrument] | None = None
) -> list[Change]:
    """The changes of instruments (None: all) in (after, until] that an evaluation may notice, oldest first.

    One query.
    """
    changed = InstrumentFacts.objects.filter(valid_from__gt=after).values("instrument")
    if instruments is not None:
        changed = changed.filter(instrument__in=instruments.order_by())
    rows = InstrumentFacts.objects.filter(instrument__in=changed).order_by("instrument", "valid_from")
    found: list[Change] = []
    for pk, group in groupby(rows, key=attrgetter("instrument_id")):
        earlier: InstrumentFacts | None = None
        for row in group:
            if row.valid_from > after and (until is None or row.valid_from <= until):
                found.append(_change(pk, earlier, row))
            earlier = row
    return sorted((one for one in found if one.before or one.after), key=lambda one: (one.at, one.instrument))


def by_instrument(changes: Iterable[Change]) -> dict[int, list[Change]]:
    """The changes of each instrument (primary key), in the order given."""
    grouped: defaultdict[int, list[Change]] = defaultdict(list)
    for change in changes:
        grouped[change.instrument].append(change)
    return dict(grouped)


def _change(pk: int, earlier: InstrumentFacts | None, row: InstrumentFacts) -> Change:
    before = {} if earlier is None else _facts_asked(earlier)
    after = _facts_asked(row)
    keys = [key for key in READ_BACK if before.get(key) != after[key]]
    return Change(
        pk,
        row.valid_from,
        row.entered,
        {key: before[key] for key in keys if key in before},
        {key: after[key] for key in keys},
    )


def _facts_asked(row: InstrumentFacts) -> dict[str, Any]:
    """Return what an evaluation asks of a row, in the words of the record."""
    told: dict[str, Any] = {key: getattr(row, key) for key in READ_BACK}
    return {**told, "original_value": str(row.original_value), JOINED: row.joined_on.isoformat()}
