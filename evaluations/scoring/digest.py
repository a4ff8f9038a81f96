"""Digests: canonical JSON and SHA-256 over what a round rests on and says.

Canonical: keys sorted, no spaces, UTF-8, decimals as plain strings without needless zeros (so that both
databases give the same text), times in UTC. Floats are refused: they have no exact text. A list of rows is
hashed by its sorted row texts, so that the order in which a database gives them does not matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from evaluations.scoring.writing import decimal_text

FORMAT = 2
"""What newly sealed rounds have: 1 covered figures, values, results and awards; 2 also the names as they were, who
judged as what and why, and the steps of the round."""


@dataclass(frozen=True)
class RoundDigest:
    """The digest of a round and of its four parts, each 64 hexadecimal digits."""

    total: str
    scheme: str
    snapshot: str
    results: str
    awards: str


def canonical_json(value: object) -> str:
    """The one text of a value. Raises ValueError for floats, naive times and what JSON cannot say."""
    return json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value: object) -> str:
    """SHA-256 of the canonical text."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def digest_of_rows(rows: Iterable[Mapping[str, object]]) -> str:
    """SHA-256 over rows whose order does not matter."""
    digest = hashlib.sha256()
    for text in sorted(canonical_json(row) for row in rows):
        digest.update(text.encode())
        digest.update(b"\n")
    return digest.hexdigest()


def round_digest(
    *,
    scheme: Mapping[str, object],
    snapshot: Iterable[Mapping[str, object]],
    results: Iterable[Mapping[str, object]],
    awards: Iterable[Mapping[str, object]],
    form: int = FORMAT,
) -> RoundDigest:
    """The digest over a round's scheme, snapshot rows, results and awards; `form`: the format it was sealed with."""
    parts = {
        "scheme": digest_of(scheme),
        "snapshot": digest_of_rows(snapshot),
        "results": digest_of_rows(results),
        "awards": digest_of_rows(awards),
    }
    return RoundDigest(total=digest_of({"format": form, **parts}), **parts)


def _canonical(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return decimal_text(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"naive time {value}")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("keys must be text")
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_canonical(item) for item in value]
    raise ValueError(f"{type(value).__name__} has no canonical text")
