"""What SQLite's guards against overlaps read for each new row."""

from __future__ import annotations

import re

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has an exclusion constraint."),
]


@pytest.mark.parametrize(
    ("guard", "index"),
    [("booking_no_overlap_insert", "booking_slot"), ("usage_no_overlap_insert", "usage_slot")],
)
def test_the_neighbour_of_a_new_row_is_found_by_an_index(guard, index):
    """The look-up within the trigger takes one row from its index: no sorting, no reading of history."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [guard])
        (trigger,) = cursor.fetchone()
        inner = re.search(r"WHERE \((SELECT .*? LIMIT 1)\)", trigger)[1]
        for column, value in (("instrument_id", "1"), ("station", "1"), ("end", "'2026-03-04'"), ("id", "1")):
            inner = inner.replace(f'NEW."{column}"', value).replace(f"NEW.{column}", value)
        cursor.execute(f"EXPLAIN QUERY PLAN {inner}")
        plan = [row[3] for row in cursor.fetchall()]
    assert any(index in line for line in plan), plan
    assert not any("TEMP B-TREE" in line for line in plan), plan
