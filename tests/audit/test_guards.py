"""What the database refuses: entries, leaves, nodes, checkpoints and links are never changed, the queue never cut."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import ChainLink, Checkpoint, Entry, Leaf, Node, Unsealed
from audit.verifying import first_fault
from tests.audit.rows import remove, run, sealed, write

pytestmark = pytest.mark.django_db

GUARDED = {
    "audit_entry": ("append-only", "verb = 'other'"),
    "audit_leaf": ("stays as it is", "hash = 'x'"),
    "audit_node": ("stays as it is", "hash = 'x'"),
    "audit_checkpoint": ("stays as it is", "root = 'x'"),
    "audit_chainlink": ("stays as it is", "hash = 'x'"),
    "audit_unsealed": ("until it has its leaf", "entry_id = 9999"),
}
MODELS = (Entry, Leaf, Node, Checkpoint, ChainLink, Unsealed)


@pytest.fixture
def log():
    """300 sealed entries with a stored node and one old link, and two that wait."""
    first = sealed(100, 200)[0]
    ChainLink.objects.create(entry=first, previous_hash="0" * 64, hash="1" * 64)
    write(2)


def everything() -> list:
    """All rows of the room."""
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


@pytest.mark.parametrize(
    "way", ["UPDATE {table} SET {change}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
@pytest.mark.parametrize("table", GUARDED)
def test_the_database_refuses_to_rewrite(log, table, way, on_postgresql):
    """Raw SQL meets the triggers, and nothing has changed. TRUNCATE is PostgreSQL's alone."""
    if way.startswith("TRUNCATE"):
        if not on_postgresql:
            return
        run("SET CONSTRAINTS ALL IMMEDIATE")
    before = everything()
    said, change = GUARDED[table]
    # TRUNCATE of entries reaches the tables that point to them first.
    said = "append-only|stays as it is|until it has" if way.startswith("TRUNCATE") else said
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        run(way.format(table=table, change=change))
    assert everything() == before


@pytest.mark.parametrize("switched_on", ["ON", "OFF"])
@pytest.mark.parametrize("table", GUARDED)
def test_replace_pushes_no_row_aside(log, table, switched_on):
    """SQLite's REPLACE, whether or not its connection asks the triggers on DELETE."""
    if connection.vendor != "sqlite":
        return
    before = everything()
    run(f"PRAGMA recursive_triggers = {switched_on}")
    try:
        with pytest.raises(IntegrityError, match=GUARDED[table][0]), transaction.atomic():
            run(
                f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})"
            )
    finally:
        run("PRAGMA recursive_triggers = ON")
    assert everything() == before


def test_who_waits_leaves_the_queue_with_a_leaf_alone(log):
    """A pointer without a leaf stays; one whose entry has its leaf may go, as the sealer lets it."""
    waiting = Unsealed.objects.order_by("pk").first()
    with pytest.raises(IntegrityError, match="until it has its leaf"), transaction.atomic():
        remove(Unsealed, pk=waiting.pk)
    Leaf.objects.create(index=300, entry_id=waiting.pk, hash="0" * 64)
    assert remove(Unsealed, pk=waiting.pk) == 1


def test_an_entry_written_past_the_application_is_queued(log):
    """The database fills the queue, not the writer."""
    run(
        "INSERT INTO audit_entry (at, verb, target_type, target_id, before, after) "
        "VALUES (CURRENT_TIMESTAMP, 'x.y', 'thing', '1', NULL, NULL)"
    )
    assert Unsealed.objects.filter(entry=Entry.objects.order_by("-sequence").first()).exists()
    assert first_fault() == "the chain before the log does not fit from entry 1 on"
