"""The sealer: every committed entry gets one leaf, in whatever order it was committed, and each batch a checkpoint."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.content import FIELDS, entry_hash
from audit.log import LogBroken, frontier
from audit.models import Checkpoint, Entry, Leaf, Node, Unsealed
from audit.proofs import root_of
from audit.sealing import seal, unsealed_age
from audit.verifying import first_fault
from tests.audit.rows import sealed, take_guards_away, write


@pytest.mark.django_db
def test_batches_become_leaves_nodes_and_checkpoints():
    """600 entries in three batches: numbered from 0, roots as by definition, two subtrees of 256 stored."""
    entries = write(600)
    assert [seal(255), seal(2), seal()] == [255, 2, 343]
    assert seal() == 0
    leaves = list(Leaf.objects.order_by("index"))
    assert [leaf.index for leaf in leaves] == list(range(600))
    assert [leaf.entry_id for leaf in leaves] == [entry.sequence for entry in entries]
    hashes = [entry_hash(row) for row in Entry.objects.order_by("sequence").values_list(*FIELDS)]
    assert [bytes.fromhex(leaf.hash) for leaf in leaves] == hashes
    assert list(Checkpoint.objects.order_by("size").values_list("size", "root")) == [
        (size, root_of(hashes[:size]).hex()) for size in (255, 257, 600)
    ]
    assert set(Node.objects.values_list("level", "index", "hash")) == {
        (8, 0, root_of(hashes[:256]).hex()),
        (8, 1, root_of(hashes[256:512]).hex()),
    }
    assert Unsealed.objects.count() == 0
    assert first_fault() is None


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 513])
def test_the_edge_is_read_back(size):
    """The stored rows give the root of the newest checkpoint on both sides of a complete subtree."""
    sealed(size)
    assert frontier().size == size
    sealed(1, 2)
    assert first_fault() is None


@pytest.mark.django_db
def test_a_look_without_work_costs_one_query():
    """The sealer looks every second."""
    with CaptureQueriesContext(connection) as caught:
        assert seal() == 0
    assert len(caught) == 1


@pytest.mark.django_db
def test_sealing_does_not_look_at_what_is_sealed():
    """The number of queries does not grow with the log: the queue is read, not the history."""

    def queries() -> int:
        write(3)
        with CaptureQueriesContext(connection) as caught:
            assert seal() == 3
        return len(caught)

    sealed(3)
    few = queries()
    sealed(*[10] * 9)
    assert queries() == few


@pytest.mark.django_db
def test_nothing_is_built_on_a_broken_log():
    """The edge no longer gives the newest root: nothing is sealed, and the entries go on waiting."""
    sealed(3)
    take_guards_away()
    Leaf.objects.filter(index=2).update(hash="0" * 64)
    write(1)
    with pytest.raises(LogBroken, match="newest checkpoint, 3:"), transaction.atomic():
        seal()
    assert (Leaf.objects.count(), Unsealed.objects.count()) == (3, 1)


@pytest.mark.django_db
def test_the_age_of_what_waits_is_in_the_health_answer(client):
    """Seconds since the entry was written, none when all is sealed."""
    noon = dt.datetime(2026, 11, 27, 4, 0, tzinfo=dt.UTC)  # a Friday
    with time_machine.travel(noon, tick=False) as clock:
        sealed(1)
        assert unsealed_age() is None
        assert client.get(reverse("portal:healthz")).json()["history"] == {"unsealed_seconds": None}
        write(2)
        clock.shift(90)
        write(1)
        assert unsealed_age() == 90.0
        answer = client.get(reverse("portal:healthz"))
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert answer.json()["history"] == {"unsealed_seconds": 90.0}
