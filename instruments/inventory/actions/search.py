"""Actions room: keep the search text and the grams of instruments up to date."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from instruments.inventory.models import Instrument, InstrumentClass
from instruments.inventory.rules.abbreviations import other_names
from instruments.inventory.rules.grams import index_text
from instruments.inventory.rules.search_text import Found, search_text
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
    """Set `search_text` and `grams` on the object; the caller saves it. What they hold: see `rules/search_text`."""
    row: InstrumentClass | None = instrument.instrument_class
    own_class = instrument.instrument_class
    classes = []
    while row is not None:
        classes += [row.name_zh, row.name_en]
        row = row.parent
    unit = instrument.unit
    fields = [name for field in instrument.fields.all() for name in (field.name_zh, field.name_en)]
    found = Found(
        code=instrument.code,
        names=(instrument.name_zh, instrument.name_en),
        goes_by=(
            *other_names(own_class.code, instrument.name_zh), instrument.model, own_class.name_zh, own_class.name_en
        ),
        classes=tuple(classes),
        owner_names=(unit.code, unit.name_zh, unit.name_en, unit.short_name),
        told=(
            instrument.manufacturer, *fields, instrument.functions, instrument.technical, instrument.services,
            instrument.description_zh, instrument.description_en, instrument.department,
        ),
    )  # fmt: skip
    instrument.search_text = search_text(found)
    instrument.grams = index_text(found.sections, found.readings)


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
