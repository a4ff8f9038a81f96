"""What tests of the log share: entries with a known verb, and what an intruder with the database's keys could do."""

from __future__ import annotations

from django.db import connection

from audit.content import FIELDS, entry_hash
from audit.history import Event, record_many
from audit.log import LEVELS
from audit.models import Checkpoint, Entry, Leaf, Node
from audit.proofs import Frontier
from audit.sealing import seal
from safeguards.triggers import REGISTER

VERB = "members.unit.changed"
OTHER = "members.unit.created"


def write(count: int, *, actor=None) -> list[Entry]:
    """Write entries about things 1, 2, 3, …"""
    return record_many(
        actor=actor,
        events=[
            Event(VERB, f"thing:{n}", {"n": n - 1}, {"n": n, "name": "測量"}) for n in range(1, count + 1)
        ],
    )


def sealed(*batches: int, actor=None) -> list[Entry]:
    """Write and seal entries, one checkpoint for each batch."""
    entries = []
    for count in batches:
        entries += write(count, actor=actor)
        assert seal(count) == count
    return entries


def run(statement: str, *values: object) -> int:
    """Send one statement past the application; return how many rows it met."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def take_guards_away() -> None:
    """Drop every guard of the history, in the test's own transaction; entries are queued all the same."""
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")
    for guard in REGISTER.values():
        if guard.table.startswith("audit_") and guard.name != "audit_entry_queued":
            for name in guard.parts(connection.vendor):
                run(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {guard.table}"))


def remove(model, **which) -> int:
    """Delete rows without asking the model who points to them."""
    return model.objects.filter(**which)._raw_delete("default")


def rewrite(since: int = 0, *, forget: set[int] = frozenset()) -> None:
    """Work leaves, nodes and checkpoints out anew from a leaf on, except the checkpoints to forget."""
    edge = Frontier(LEVELS)
    sizes = set(Checkpoint.objects.values_list("size", flat=True)) - set(forget)
    for leaf in Leaf.objects.order_by("index"):
        hashed = bytes.fromhex(leaf.hash)
        if leaf.index >= since:
            hashed = entry_hash(Entry.objects.values_list(*FIELDS).get(pk=leaf.entry_id))
            if hashed.hex() != leaf.hash:
                Leaf.objects.filter(pk=leaf.pk).update(hash=hashed.hex())
        edge.append(hashed)
        if edge.size in sizes and edge.size > since:
            Checkpoint.objects.filter(size=edge.size).update(root=edge.root().hex())
    for level, index, hashed in edge.completed:
        Node.objects.filter(level=level, index=index).update(hash=hashed.hex())
