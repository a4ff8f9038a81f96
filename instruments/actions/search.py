"""Actions room: keep the search text and the grams of instruments up to date."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import QuerySet

from instruments.models import Instrument, InstrumentClass
from instruments.rules.abbreviations import other_names
from instruments.rules.grams import fold, index_text
from members.models import MemberUnit

BATCH = 500


@transaction.atomic
def reindex(instruments: QuerySet[Instrument]) -> int:
    """Write search text and grams of these instruments anew; return how many. May be run at any time.

    The database keeps its own index over `grams` in step: a generated column on PostgreSQL,
    triggers on SQLite.
    """
    rows = instruments.select_related("unit", "instrument_class__parent__parent").prefetch_related("fields")
    done = 0
    batch: list[Instrument] = []
    for instrument in rows.order_by("pk").distinct().iterator(chunk_size=BATCH):
        write_search_text(instrument)
        batch.append(instrument)
        if len(batch) == BATCH:
            done += _save(batch)
            batch = []
    return done + _save(batch)


def reindex_unit(unit: MemberUnit) -> int:
    """Reindex the instruments of a unit, after its names have changed."""
    return reindex(Instrument.objects.filter(unit=unit))


def rebuild_index() -> None:
    """Rebuild SQLite's full-text index from the rows; PostgreSQL keeps its own and needs nothing."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO catalogue_fts(catalogue_fts) VALUES ('rebuild')")


def write_search_text(instrument: Instrument) -> None:
    """Set `search_text` and `grams` on the object; the caller saves it.

    The part before the first empty line is what an instrument is called (code, names, model, class,
    abbreviations); matches there rank before matches in the description.
    """
    head = [fold(section) for section in _called(instrument)]
    rest = [fold(section) for section in _told(instrument)]
    head, rest = [text for text in head if text], [text for text in rest if text]
    instrument.search_text = "\n".join(head) + "\n\n" + "\n".join(rest)
    instrument.grams = index_text([*head, *rest])


def _save(batch: list[Instrument]) -> int:
    if batch:
        Instrument.objects.bulk_update(batch, ["search_text", "grams"], batch_size=BATCH)
    return len(batch)


def _called(instrument: Instrument) -> Iterable[str]:
    yield instrument.code
    yield instrument.name_zh
    yield instrument.name_en
    yield instrument.model
    yield from other_names(instrument.instrument_class.code, instrument.name_zh)
    row: InstrumentClass | None = instrument.instrument_class
    while row is not None:
        yield row.name_zh
        yield row.name_en
        row = row.parent


def _told(instrument: Instrument) -> Iterable[str]:
    yield instrument.manufacturer
    unit = instrument.unit
    yield from (unit.code, unit.name_zh, unit.name_en, unit.short_name)
    for field in instrument.fields.all():
        yield field.name_zh
        yield field.name_en
    yield from (instrument.functions, instrument.technical, instrument.services)
    yield from (instrument.description_zh, instrument.description_en, instrument.department)
