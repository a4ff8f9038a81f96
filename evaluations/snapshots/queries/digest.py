"""The digest of a snapshot, worked out from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evaluations.scoring.digest import digest_of_rows
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow, SnapshotUnit

WORDS = frozenset({"name_zh", "name_en", "class_code", "class_zh", "class_en", "opening", "external_records"})
"""What a row holds since format 2."""
ROW_FIELDS = tuple(
    field.attname for field in SnapshotRow._meta.concrete_fields if field.attname not in {"id", "snapshot_id"}
)
UNIT_FIELDS = tuple(
    field.attname
    for field in SnapshotUnit._meta.concrete_fields
    if field.attname not in {"id", "snapshot_id"}
)


def snapshot_digest(snapshot: MetricSnapshot) -> str:
    """The digest over the rows of one snapshot, whatever their order."""
    return digest_of_rows(digest_rows(snapshot))


def digest_rows(snapshot: MetricSnapshot) -> Iterator[dict[str, Any]]:
    """Yield what the digest covers of each row of a snapshot, and since format 2 of each unit in it.

    A column without a value says nothing: one that is added later is None in older rows, and their seals hold.
    """
    figures_only = snapshot.format == 1
    fields = [name for name in ROW_FIELDS if not (figures_only and name in WORDS)]
    for row in SnapshotRow.objects.filter(snapshot=snapshot).order_by().values(*fields):
        yield {name: value for name, value in row.items() if value is not None}
    if not figures_only:
        for unit in SnapshotUnit.objects.filter(snapshot=snapshot).order_by().values(*UNIT_FIELDS):
            yield {"unit": unit}
