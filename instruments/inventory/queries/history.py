"""Queries room: what an instrument was at an earlier moment, read back from the history of its changes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from audit.models import Entry
from instruments.inventory.models import Instrument

STATE = "state"
JOINED = "joined_on"
READ_BACK = ("sharing_mode", "original_value", "funding", "equipment_kind", JOINED, STATE)
"""What an evaluation asks of an instrument beside its usage; code and unit never change."""
COLUMNS = tuple(name for name in READ_BACK if name != "funding")
CREATED = "instruments.instrument.created"
OPENING = "instruments.opening.changed"
_TARGET = "instruments.instrument"
_VERBS = (CREATED, OPENING, "instruments.instrument.changed", "instruments.instrument.state_changed")


@dataclass(frozen=True)
class Change:
    """One recorded change of one instrument; `before` and `after` hold of `READ_BACK` only what differs."""

    instrument: int
    at: dt.datetime
    verb: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class PastInstrument:
    """An instrument as it was at a moment."""

    state: str
    sharing_mode: str
    original_value: Decimal
    funding: tuple[str, ...]
    equipment_kind: str
    joined_on: dt.date


def changes_since(after: dt.datetime, until: dt.datetime | None = None) -> list[Change]:
    """The changes recorded in (after, until] that an evaluation may notice, oldest first; one query."""
    entries = Entry.objects.filter(target_type=_TARGET, verb__in=_VERBS, at__gt=after)
    if until is not None:
        entries = entries.filter(at__lte=until)
    rows = entries.order_by("sequence").values_list("target_id", "at", "verb", "before", "after")
    found = (
        Change(int(target), at, verb, *_differing(before or {}, later or {}))
        for target, at, verb, before, later in rows
    )
    return [change for change in found if change.before or change.after or change.verb == OPENING]


def by_instrument(changes: Iterable[Change]) -> dict[int, list[Change]]:
    """The changes of each instrument (primary key), in the order given."""
    grouped: defaultdict[int, list[Change]] = defaultdict(list)
    for change in changes:
        grouped[change.instrument].append(change)
    return dict(grouped)


def read_back(instrument: Instrument, since: Iterable[Change]) -> PastInstrument:
    """The instrument as it was before the changes `since` (oldest first), with its funding at hand.

    What no entry speaks of is as it is now; an instrument entered later is as it was entered.
    """
    past: dict[str, Any] = {
        STATE: instrument.state,
        "sharing_mode": instrument.sharing_mode,
        "original_value": instrument.original_value,
        "funding": sorted(link.source for link in instrument.funding.all()),
        "equipment_kind": instrument.equipment_kind,
        JOINED: instrument.joined_on,
    }
    for change in reversed(list(since)):
        past |= change.before
        if change.verb == CREATED:
            past |= change.after
    return PastInstrument(
        state=str(past[STATE]),
        sharing_mode=str(past["sharing_mode"]),
        original_value=Decimal(past["original_value"]),
        funding=tuple(past["funding"]),
        equipment_kind=str(past["equipment_kind"]),
        joined_on=_date(past[JOINED]),
    )


def _differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = [key for key in READ_BACK if before.get(key) != after.get(key)]
    return (
        {key: before[key] for key in keys if key in before},
        {key: after[key] for key in keys if key in after},
    )


def _date(day: dt.date | str) -> dt.date:
    return day if isinstance(day, dt.date) else dt.date.fromisoformat(day)
