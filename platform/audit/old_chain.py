"""The hash chain that came before the log: its links are kept and can still be walked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from audit.content import FIELDS, Row
from audit.models import ChainLink

PAGE = 2000
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def digest(row: Row, previous: str) -> str:
    """Return the SHA-256, in hex, over what the entry says and the hash before it, as the chain took it."""
    sequence, at, actor, verb, target_type, target_id, before, after = row
    content = {
        "sequence": sequence,
        "at": at.astimezone(dt.UTC).isoformat(),
        "actor": None if actor is None else str(actor),
        "verb": verb,
        "target": [target_type, target_id],
        "before": before,
        "after": after,
        "previous": previous,
    }
    return hashlib.sha256(_encode(content).encode()).hexdigest()


def first_break() -> int | None:
    """Walk the chain; return the number of the first entry that does not fit, or None if all is well."""
    expected, previous = 1, "0" * 64
    columns = ("previous_hash", "hash", *(f"entry__{name}" for name in FIELDS))
    while True:
        page = (
            ChainLink.objects.filter(entry_id__gte=expected).order_by("entry_id").values_list(*columns)[:PAGE]
        )
        rows = list(page)
        for before, hashed, *row in rows:
            if row[0] != expected or before != previous or hashed != digest(tuple(row), previous):
                return expected
            expected, previous = expected + 1, hashed
        if len(rows) < PAGE:
            return None
