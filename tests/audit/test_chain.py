"""The history: nobody rewrites it, and where somebody did past the guards, the walk names the place."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit.chain import digest, first_break, record, record_many
from audit.models import Entry
from safeguards.triggers import REGISTER, install
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def history():
    """Three entries."""
    person = PersonFactory()
    return [record(actor=person, verb=f"test.{n}", target=f"thing:{n}", after={"n": n}) for n in (1, 2, 3)]


def run(statement: str, *values: object) -> None:
    """Send one statement past the application."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguarded(statement: str, *values: object) -> None:
    """Do what an intruder with the keys of the database would: take the guards away, write, put them back."""
    guard = REGISTER["audit_append_only"]
    for name in guard.parts(connection.vendor):
        run(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {guard.table}"))
    run(statement, *values)
    install()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'other' WHERE sequence = 2",
        "UPDATE audit_entry SET actor_id = NULL",
        "DELETE FROM audit_entry WHERE sequence = 3",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_rewrite(history, statement):
    """Raw SQL meets the triggers, and nothing has changed."""
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        run(statement)
    assert [entry.verb for entry in Entry.objects.order_by("sequence")] == ["test.1", "test.2", "test.3"]
    assert first_break() is None


def test_the_table_cannot_be_emptied_at_once(history, on_postgresql):
    """TRUNCATE, which passes row triggers by, is refused too; SQLite has none."""
    if on_postgresql:
        run("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            run("TRUNCATE audit_entry CASCADE")
    assert Entry.objects.count() == 3


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_entry SET verb = 'other' WHERE sequence = 2", 2),
        ("UPDATE audit_entry SET actor_id = NULL WHERE sequence = 3", 3),
        ("DELETE FROM audit_entry WHERE sequence = 1", 1),
        ("DELETE FROM audit_entry WHERE sequence = 2", 2),
        ("DELETE FROM audit_entry WHERE sequence = 3", 3),
    ],
)
def test_the_walk_names_the_first_entry_that_does_not_fit(history, statement, place):
    """An altered entry, one cut out of the middle, one cut off the end: each is named, by function and command."""
    unguarded(statement)
    assert first_break() == place
    with pytest.raises(CommandError, match=f"from entry {place} on"):
        call_command("verify_audit", stdout=StringIO())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_chainhead SET sequence = 2",
        "UPDATE audit_chainhead SET hash = 'x'",
        "DELETE FROM audit_chainhead",
    ],
)
def test_the_head_only_moves_on(history, statement):
    """Whoever cuts the end off cannot set the head back to where the chain is whole again."""
    with pytest.raises(IntegrityError, match="only moves on"), transaction.atomic():
        run(statement)
    assert record_many(actor=None, events=[]) == []
    assert first_break() is None


def test_an_entry_rewritten_with_its_hash_breaks_the_next(history):
    """Whoever works the hash out anew breaks the link of the entry after it."""
    second = history[1]
    second.verb = "other"
    unguarded("UPDATE audit_entry SET verb = 'other', hash = %s WHERE sequence = 2", digest(second))
    assert first_break() == 3


def test_a_whole_chain_passes(history):
    """The command says how many entries it walked."""
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().strip() == "3 entries, the chain is whole."


def test_what_is_rolled_back_leaves_no_entry(history):
    """The entry shares the fate of the change; the next one continues the chain."""
    with pytest.raises(RuntimeError), transaction.atomic():
        record(actor=None, verb="test.lost", target="thing:4")
        raise RuntimeError
    assert record(actor=None, verb="test.4", target="thing:4").sequence == 4
    assert first_break() is None
