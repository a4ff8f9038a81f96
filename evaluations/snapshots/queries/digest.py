"""The digest of a snapshot, worked out from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evaluations.scoring.digest import digest_of_rows
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow

ROW_FIELDS = tuple(
    field.attname for field in SnapshotRow._meta.concrete_fields if field.attname not in {"id", "snapshot_id"}
)


def snapshot_digest(snapshot: MetricSnapshot) -> str:
    """The digest over the rows of one snapshot, whatever their order."""
    return digest_of_rows(digest_rows(snapshot))


def digest_rows(snapshot: MetricSnapshot) -> Iterator[dict[str, Any]]:
    """Yield what the digest covers of each row of a snapshot."""
    rows = SnapshotRow.objects.filter(snapshot=snapshot).order_by().values(*ROW_FIELDS)
    yield from rows.iterator(chunk_size=2000)
