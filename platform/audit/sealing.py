"""The sealer: gives committed entries their place in the log, a batch at a time, and writes a checkpoint for each."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from audit import log
from audit.content import FIELDS, entry_hash
from audit.models import Checkpoint, Entry, Leaf, Node, Unsealed

BATCH = 1000
LATE_SECONDS = 10.0
"""Sealing takes two seconds; what waits longer than this waits for a sealer that does not work."""
_LOCK = 0x0A0D17
"""The key of the advisory lock on PostgreSQL that only one sealer holds."""


def seal(limit: int = BATCH) -> int:
    """Seal up to `limit` committed entries in one transaction; return how many (0: none wait, or another seals).

    Entries come from the queue that the database fills as they are written, so one that is committed late is sealed
    late and never passed by, whatever its number. Raises LogBroken where the log does not fit its newest checkpoint.
    """
    if not Unsealed.objects.exists():
        return 0
    with transaction.atomic():
        if not _is_alone():
            return 0
        keys = list(Unsealed.objects.order_by("entry_id").values_list("entry_id", flat=True)[:limit])
        rows = Entry.objects.filter(sequence__in=keys).order_by("sequence").values_list(*FIELDS)
        edge = log.frontier()
        leaves: list[Leaf] = []
        for row in rows:
            hashed = entry_hash(row)
            leaves.append(Leaf(index=edge.size, entry_id=row[0], hash=hashed.hex()))
            edge.append(hashed)
        if not leaves:
            return 0
        Leaf.objects.bulk_create(leaves)
        Node.objects.bulk_create(
            [Node(level=level, index=index, hash=hashed.hex()) for level, index, hashed in edge.completed]
        )
        Checkpoint.objects.create(size=edge.size, root=edge.root().hex(), at=timezone.now())
        Unsealed.objects.filter(entry_id__in=[leaf.entry_id for leaf in leaves]).delete()
    return len(leaves)


def seal_all() -> int:
    """Seal batch after batch until none is left; return how many entries were sealed."""
    total = 0
    while sealed := seal():
        total += sealed
    return total


def unsealed_age(now: dt.datetime | None = None) -> float | None:
    """Return the age in seconds of the entry that waits longest for its leaf; None where none waits. One query."""
    at = Entry.objects.filter(sequence__in=Unsealed.objects.order_by("entry_id").values("entry_id")[:1])
    first = at.values_list("at", flat=True).first()
    return None if first is None else max(0.0, ((now or timezone.now()) - first).total_seconds())


def newest_at() -> dt.datetime | None:
    """Return when the newest entry of the history was written; None for an empty one."""
    return Entry.objects.order_by("-sequence").values_list("at", flat=True).first()


def _is_alone() -> bool:
    """Take the sealer's lock until the transaction ends; on SQLite the transaction is the only writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
