"""Which instruments a snapshot holds, each as it was when the data period ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from evaluations.rounds.models import Round
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.inventory.queries.facts import (
    STATE,
    Change,
    PastInstrument,
    by_instrument,
    changes_since,
    facts_at,
)
from instruments.usage.models import UsageRecord
from members.enums import UnitState
from members.models import MemberUnit
from members.queries.unit_facts import unit_facts_at


def population(
    round_: Round, taken: dt.datetime, unit: MemberUnit | None = None
) -> dict[int, PastInstrument]:
    """The instruments (of one unit; primary keys, ascending) that count in the period, as they were when it ended.

    All of units then in the network that had joined before the period ended. Left out is only what was retired before
    the period began, stayed so, and has no usage in it. A snapshot `taken` earlier sees them as of then. Ten queries.
    """
    moment = min(round_.data_end, taken)
    begin = min(round_.data_start, moment)
    left = [pk for pk, facts in unit_facts_at(moment).items() if facts.state == UnitState.LEFT]
    rows = Instrument.objects.exclude(unit__in=left)
    if unit is not None:
        rows = rows.filter(unit=unit)
    held = facts_at(moment, rows)
    changes = by_instrument(changes_since(begin, instruments=None if unit is None else rows))
    at_first = held | facts_at(begin, Instrument.objects.filter(pk__in=list(changes)))
    found = {pk: past for pk, past in held.items() if past.joined_on <= round_.data_last_day}
    retired = {pk for pk in found if _retired_throughout(at_first[pk], changes.get(pk, []), moment)}
    idle = retired - _used(round_, retired)
    return {pk: past for pk, past in found.items() if pk not in idle}


def _retired_throughout(at_first: PastInstrument, changes: Iterable[Change], moment: dt.datetime) -> bool:
    states = [change.after[STATE] for change in changes if change.at <= moment and STATE in change.after]
    return {at_first.state, *states} == {InstrumentState.RETIRED}


def _used(round_: Round, instruments: Collection[int]) -> set[int]:
    records = UsageRecord.objects.current().began_in(round_.data_start, round_.data_end)
    return set(
        records.filter(instrument__in=instruments)
        .order_by()
        .values_list("instrument_id", flat=True)
        .distinct()
    )
