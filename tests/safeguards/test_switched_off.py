"""PostgreSQL's ways to switch a trigger off without dropping it, and the session that asks none of them."""

from __future__ import annotations

import pytest
from django.db import connection

from safeguards.triggers import missing
from tests.safeguards.test_guards import OVERLAPS, PARTS

pytestmark = pytest.mark.django_db


def test_a_session_in_the_role_of_a_replica_is_asked_by_no_trigger():
    """But by those that are always on, which guard more, not less; constraints hold all the same."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_append_only_update")
        assert missing() == []
        cursor.execute("SET LOCAL session_replication_role = replica")
        gone = missing()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert set(PARTS) - set(gone) == {"audit_append_only_update", *OVERLAPS}
