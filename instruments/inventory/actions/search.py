"""Actions room: keep the search text and the grams of instruments up to date."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from instruments.inventory.models import Instrument, InstrumentClass
from instruments.inventory.rules.abbreviations import other_names
from instruments.inventory.rules.grams import fold, index_text
from members.models import MemberUnit

BATCH = 500


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
    """Put the database's own index in its best shape, after many rows have changed at once.

    SQLite's is made anew from the rows; PostgreSQL's takes in what it has put off, and its figures for the
    planner are renewed.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO catalogue_fts(catalogue_fts) VALUES ('rebuild')")
        else:
            cursor.execute("SELECT gin_clean_pending_list('instrument_grams')")
            cursor.execute("ANALYZE instruments_instrument")


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
    """Write the two texts by one statement, or one prepared one: `bulk_update` is many times slower here."""
    rows = [(row.pk, row.search_text, row.grams) for row in batch]
    if rows:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "UPDATE instruments_instrument AS kept SET search_text = fresh.text, grams = fresh.grams "
                    "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS fresh(id, text, grams) "
                    "WHERE kept.id = fresh.id",
                    [list(column) for column in zip(*rows, strict=True)],
                )
            else:
                cursor.executemany(
                    "UPDATE instruments_instrument SET search_text = %s, grams = %s WHERE id = %s",
                    [(text, grams, pk) for pk, text, grams in rows],
                )
    return len(rows)


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
