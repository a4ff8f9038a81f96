"""Two write at a time: what the sealer does with what is not committed yet. SQLite knows one writer only."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from audit.models import Leaf
from audit.sealing import seal, seal_all
from audit.verifying import first_fault
from tests.audit.rows import VERB, write

INSERT = (
    "INSERT INTO audit_entry (at, verb, target_type, target_id, before, after) "
    "VALUES (CURRENT_TIMESTAMP, %s, 'thing', 'late', NULL, NULL) RETURNING sequence"
)


@pytest.fixture
def other():
    """A second connection."""
    second = connection.copy()
    yield second
    second.close()


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_is_committed_late_is_sealed_late(other):
    """Its number is smaller than those sealed before it, and still it gets its leaf."""
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(INSERT, [VERB])
        (late,) = cursor.fetchone()
    soon = write(2)
    assert late < soon[0].sequence
    assert seal_all() == 2
    assert first_fault() is None
    other.commit()
    write(1)
    assert seal_all() == 2
    order = list(Leaf.objects.order_by("index").values_list("entry_id", flat=True))
    assert order[:3] == [soon[0].sequence, soon[1].sequence, late]
    assert len(order) == 4
    assert first_fault() is None


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_elsewhere_is_never_sealed(other):
    """Its number stays a gap."""
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(INSERT, [VERB])
    write(1)
    other.rollback()
    assert seal_all() == 1
    assert first_fault() is None


@pytest.mark.django_db(transaction=True)
def test_a_writer_waits_for_nobody(other):
    """Neither for another writer that does not commit, nor for a sealer at work."""
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(INSERT, [VERB])
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
        write(1)
        seal()
        with other.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            cursor.execute(INSERT, [VERB])
        other.commit()
    assert seal_all() == 2
    assert first_fault() is None


@pytest.mark.django_db(transaction=True)
def test_one_sealer_at_a_time(other):
    """While another one works there is nothing to do."""
    write(2)
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [0x0A0D17])
        assert cursor.fetchone() == (True,)
    assert seal() == 0
    assert Leaf.objects.count() == 0
    other.rollback()
    assert seal() == 2
