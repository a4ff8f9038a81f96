"""What of an entry is sealed: its fields as one canonical JSON text, the same on both databases and for a stranger."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

from audit.proofs import leaf_hash

FIELDS = ("sequence", "at", "actor_id", "verb", "target_type", "target_id", "before", "after")
"""The columns of an entry in the order in which the functions here take them."""

Row = tuple[int, dt.datetime, UUID | None, str, str, str, Any, Any]
"""One entry's values of `FIELDS`."""

# Pure ASCII, so that no text can be stored which cannot be hashed.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def content(row: Row) -> dict[str, Any]:
    """Return what the entry says as plain JSON values; the time in UTC, the actor by key."""
    sequence, at, actor, verb, target_type, target_id, before, after = row
    return {
        "entry": sequence,
        "at": at.astimezone(dt.UTC).isoformat(),
        "actor": None if actor is None else str(actor),
        "verb": verb,
        "target": [target_type, target_id],
        "before": before,
        "after": after,
    }


def entry_hash(row: Row) -> bytes:
    """Return the leaf hash (32 bytes) of an entry: SHA-256 over 0x00 and its canonical JSON."""
    return leaf_hash(_encode(content(row)).encode("ascii"))
