"""Actions room: load the shipped reference lists, and rename what they hold."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Q

from changes import Work, unchanged
from instruments.inventory.actions.search import reindex
from instruments.inventory.events import ClassRenamed, FieldRenamed
from instruments.inventory.models import ApplicationField, Instrument, InstrumentClass
from instruments.inventory.queries.classes import in_class
from members.actions.regions import load_regions
from members.permissions import require

DATA = Path(__file__).resolve().parent.parent / "data"
NATIONAL_ORDER = "nrii"


@dataclass(frozen=True)
class Loaded:
    """How many rows each list holds after loading."""

    regions: int
    fields: int
    classes: int


def load_reference(work: Work) -> Loaded:
    """Write regions, application fields and instrument classes from the shipped lists. Safe to run again.

    Rows of an earlier release that the lists no longer name stay, since instruments may point at them; instruments
    whose class has got another name are found by the new one at once.
    """
    return Loaded(load_regions(work), _load_fields(), _load_classes())


def rename_field(
    work: Work, field: ApplicationField, *, name_zh: str, name_en: str, seen: int | None = None
) -> ApplicationField:
    """Rename an application field and reindex its instruments. Officers only. Raises NotAllowed, StaleVersion."""
    locked = work.lock_one(ApplicationField.objects.all(), field.pk)
    before = _renamed(work, locked, name_zh, name_en, seen)
    if before:
        reindex(Instrument.objects.filter(fields=locked))
        work.emit(FieldRenamed(target=locked, before=before, after=_names(locked)))
    return locked


def rename_class(
    work: Work, instrument_class: InstrumentClass, *, name_zh: str, name_en: str, seen: int | None = None
) -> InstrumentClass:
    """Rename a class and reindex the instruments in and below it. Officers only. Raises NotAllowed, StaleVersion."""
    locked = work.lock_one(InstrumentClass.objects.all(), instrument_class.pk)
    before = _renamed(work, locked, name_zh, name_en, seen)
    if before:
        reindex(Instrument.objects.filter(in_class(locked)))
        work.emit(ClassRenamed(target=locked, before=before, after=_names(locked)))
    return locked


def _renamed(
    work: Work, row: ApplicationField | InstrumentClass, name_zh: str, name_en: str, seen: int | None
) -> dict[str, str]:
    """Give a locked row its names; return what they were, or nothing where they stay."""
    require(work.actor, "change_reference", row)
    unchanged(row, seen)
    before = _names(row)
    row.name_zh, row.name_en = name_zh.strip(), name_en.strip()
    row.full_clean()
    if _names(row) == before:
        return {}
    row.version += 1
    row.save()
    return before


def _names(row: ApplicationField | InstrumentClass) -> dict[str, str]:
    return {"name_zh": row.name_zh, "name_en": row.name_en}


def _load_fields() -> int:
    rows = [ApplicationField(**row) for row in _rows("disciplines.csv")]
    ApplicationField.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name_zh", "name_en"]
    )
    return len(rows)


def _load_classes() -> int:
    rows = sorted(_rows("instrument_classes.csv"), key=lambda row: (row["level"], row["code"]))
    before = _class_names()
    known: dict[str, InstrumentClass] = {}
    for level in ("1", "2", "3"):
        InstrumentClass.objects.bulk_create(
            [
                InstrumentClass(
                    scheme=NATIONAL_ORDER,
                    code=row["code"],
                    name_zh=row["name_zh"],
                    name_en=row["name_en"],
                    level=int(level),
                    parent=known[row["parent_code"]] if row["parent_code"] else None,
                )
                for row in rows
                if row["level"] == level
            ],
            update_conflicts=True,
            unique_fields=["scheme", "code"],
            update_fields=["name_zh", "name_en", "level", "parent"],
        )
        known = {row.code: row for row in InstrumentClass.objects.filter(scheme=NATIONAL_ORDER)}
    renamed = [pk for pk, names in _class_names().items() if before.get(pk, names) != names]
    if renamed:
        # Instruments are found by the names of their class and of those above it.
        reindex(
            Instrument.objects.filter(
                Q(instrument_class__in=renamed)
                | Q(instrument_class__parent__in=renamed)
                | Q(instrument_class__parent__parent__in=renamed)
            )
        )
    return len(rows)


def _class_names() -> dict[int, tuple[str, str]]:
    rows = InstrumentClass.objects.filter(scheme=NATIONAL_ORDER).order_by()
    return {pk: (zh, en) for pk, zh, en in rows.values_list("pk", "name_zh", "name_en")}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
