"""How PostgreSQL would answer statements that were asked: which of them walk a whole table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

LARGE = ("instruments_booking", "instruments_usagerecord")
"""What grows by every year of use."""


def walks(statements: Iterable[str]) -> list[str]:
    """Return the statements, each with its table, whose plan reads all rows of a large table, one after the other."""
    found = []
    for statement in statements:
        if not statement.startswith(("SELECT", "(SELECT", "WITH", "UPDATE", "DELETE")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
            (plan,) = cursor.fetchone()
        rows = json.loads(plan) if isinstance(plan, str) else plan
        found += [
            f"{node['Relation Name']}: {statement}"
            for node in _nodes(rows[0]["Plan"])
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
        ]
    return found


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
