"""Units and instruments as a round knows them: code, names, kind and place as its snapshot copied them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from evaluations.snapshots.models import SnapshotRow, SnapshotUnit
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Region


def units_then(snapshot_id: int | None, pks: Collection[int] | None = None) -> dict[int, MemberUnit]:
    """The units of a snapshot (all, or some) by primary key, never to be saved; one query."""
    rows = SnapshotUnit.objects.filter(snapshot=snapshot_id)
    if pks is not None:
        rows = rows.filter(unit__in=pks)
    return {row.unit_id: unit_then(row) for row in rows}


def unit_then(row: SnapshotUnit) -> MemberUnit:
    """One unit as it was, with its league or city."""
    region = Region(code=row.region_code, name_zh=row.region_zh, name_en=row.region_en)
    unit = MemberUnit(pk=row.unit_id, code=row.code, kind=row.kind, name_zh=row.name_zh, name_en=row.name_en)
    unit._state.fields_cache["region"] = region
    return unit


def instruments_then(snapshot_id: int | None, pks: Iterable[int]) -> dict[int, Instrument]:
    """Instruments of a snapshot by primary key, never to be saved; one query."""
    rows = SnapshotRow.objects.filter(snapshot=snapshot_id, instrument__in=list(pks)).order_by()
    fields = ("instrument_id", "instrument_code", "name_zh", "name_en", "unit_id")
    return {
        pk: Instrument(pk=pk, code=code, name_zh=zh, name_en=en, unit_id=unit)
        for pk, code, zh, en, unit in rows.values_list(*fields)
        if zh
    }


def regions_then(units: Iterable[MemberUnit]) -> list[Region]:
    """The leagues and cities in which units lay, by code."""
    by_code = {unit.region.code: unit.region for unit in units}
    return [by_code[code] for code in sorted(by_code)]
