"""The end of a round against REPLACE, which SQLite alone has; the folder's conftest leaves this out elsewhere."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from evaluations.results.queries.verification import verification
from evaluations.rounds.models import Round
from tests.evaluations.walking import final

pytestmark = pytest.mark.django_db

GUARDED = [
    ("evaluations_round", {"budget": "1"}),
    ("evaluations_round", {"id": "id + 1", "budget": "1"}),
    ("evaluations_metricsnapshot", {"state": "'running'"}),
    ("evaluations_metricsnapshot", {"id": "id + 1", "state": "'running'"}),
    ("evaluations_scheme", {"definition": "'{}'"}),
    ("evaluations_scheme", {"id": "id + 1", "locked_at": "NULL"}),
    ("evaluations_result", {"score": "99"}),
    ("evaluations_indicatorscore", {"points": "99"}),
    ("evaluations_award", {"amount": "1"}),
    ("evaluations_reportedvalue", {"value": "99"}),
    ("evaluations_givenscore", {"value": "99"}),
    ("evaluations_snapshotrow", {"external_hours": "99"}),
]


def contents(table: str) -> list[tuple]:
    """Every row of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize("switch", ["ON", "OFF"])
def test_replace_changes_nothing_after_final(story, django_capture_on_commit_callbacks, switch):
    """REPLACE deletes the row in its way past the triggers on DELETE, where a connection has not asked for them."""
    final(story, django_capture_on_commit_callbacks)
    for table, changes in GUARDED:
        before = contents(table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
            columns = [name for (name,) in cursor.fetchall()]
            values = ", ".join(changes.get(name, f'"{name}"') for name in columns)
            named = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(f"PRAGMA recursive_triggers = {switch}")
            try:
                with pytest.raises(IntegrityError), transaction.atomic():
                    cursor.execute(
                        f"INSERT OR REPLACE INTO {table} ({named}) SELECT {values} FROM {table} LIMIT 1"
                    )
            finally:
                cursor.execute("PRAGMA recursive_triggers = ON")
        assert contents(table) == before
    assert verification(Round.objects.get()).passed
