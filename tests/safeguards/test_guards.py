"""What the database refuses by itself, and that a guard that is gone is missed."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import IntegrityError, connection, transaction

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import TRANSITIONS
from instruments.usage.models import UsageRecord
from safeguards import triggers
from safeguards.no_overlap import overlap_guard
from safeguards.triggers import (
    REGISTER,
    install,
    missing,
    present_parts,
    refusal_trigger,
    register,
)
from tests.factories.instruments import BookingFactory, UsageRecordFactory

pytestmark = pytest.mark.django_db

STEPS = {(str(start), str(end)) for (start, _verb), end in TRANSITIONS.items()}
# Written out here and not read from the register: a guard that is deleted there must be missed.
REFUSED = {
    "audit_append_only": "update delete",
    "audit_chainlink_kept": "update delete",
    "attachment_kept": "update delete",
    "audit_checkpoint_kept": "update delete",
    "audit_leaf_kept": "update delete",
    "audit_node_kept": "update delete",
    "audit_queue_fixed": "update",
    "audit_queue_kept": "delete",
    "award_final": "insert update delete",
    "award_shown": "insert update delete",
    "booking_kept": "delete",
    "booking_step_kept": "update delete",
    "booking_walk": "update",
    "givenscore_final": "insert update delete",
    "givenscore_shown": "insert update delete",
    "indicatorscore_final": "insert update delete",
    "indicatorscore_shown": "insert update delete",
    "message_fixed": "update",
    "message_kept": "delete",
    "metricsnapshot_final": "insert update",
    "metricsnapshot_immutable": "update delete",
    "organisation_merged": "insert update",
    "reportedvalue_final": "insert update delete",
    "reportedvalue_shown": "insert update delete",
    "result_final": "insert update delete",
    "result_shown": "insert update delete",
    "round_final": "update delete",
    "round_shown": "update",
    "roundstep_kept": "update delete",
    "scheme_locked": "update delete",
    "snapshotrow_closed": "insert",
    "snapshotrow_final": "insert",
    "snapshotrow_immutable": "update delete",
    "snapshotunit_closed": "insert",
    "snapshotunit_immutable": "update delete",
    "tiedecision_final": "insert update delete",
    "tiedecision_shown": "insert update delete",
    "unit_code_kept": "update",
    "usage_fixed": "update",
    "usage_kept": "delete",
}
QUEUE = "audit_entry_queued"
"""Not a refusal: it puts every entry in line for its leaf."""
OVERLAPS = ("booking_no_overlap", "usage_no_overlap")


def parts() -> list[str]:
    """Every trigger and constraint that the database in use must hold."""
    events = [(name, event) for name, said in REFUSED.items() for event in said.split()]
    named = [f"{name}_{event}" for name, event in events]
    kept = [name for name, event in events if event == "delete"]
    if connection.vendor == "postgresql":
        return sorted([*named, QUEUE, *(f"{name}_truncate" for name in kept), *OVERLAPS])
    named += [f"{name}_displaced_{event}" for name in kept for event in ("insert", "update")]
    named += [f"{name}_{event}" for name in OVERLAPS for event in ("insert", "update")]
    return sorted([*named, QUEUE, *(f"catalogue_fts_{event}" for event in ("insert", "update", "delete"))])


PARTS = parts()


def table_of(part: str) -> str:
    """The table on which a part stands."""
    found = (guard.table for guard in REGISTER.values() if part in guard.parts(connection.vendor))
    return next(found)


def take_away(part: str, how: str) -> None:
    """Drop a part, or switch it off in one of PostgreSQL's ways."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {part}")
        elif part in OVERLAPS:
            cursor.execute(f"ALTER TABLE {table_of(part)} DROP CONSTRAINT {part}")
        elif how == "DROP":
            cursor.execute(f"DROP TRIGGER {part} ON {table_of(part)}")
        else:
            cursor.execute(f"ALTER TABLE {table_of(part)} {how} TRIGGER {part}")


def test_every_guard_is_in_place():
    """After migrate nothing is missing, of what is listed here and of what the apps registered."""
    assert sorted(part for guard in REGISTER.values() for part in guard.parts(connection.vendor)) == PARTS
    assert set(PARTS) <= present_parts(connection)
    assert missing() == []


WAYS = ("DROP", "DISABLE", "ENABLE REPLICA")


@pytest.mark.parametrize(("part", "how"), [(part, WAYS[place % 3]) for place, part in enumerate(PARTS)])
def test_a_guard_that_is_gone_is_missed(part, how):
    """Each by its own name, dropped or switched off; nothing is served without it."""
    take_away(part, how)
    assert missing() == [part]
    with pytest.raises(CommandError, match=part):
        call_command("verify_audit", stdout=StringIO())
    with pytest.raises(CommandError, match=rf"{part}.*doctor --mend"):
        call_command("serve")


@pytest.mark.parametrize("how", WAYS)
def test_migrate_puts_every_guard_back(how):
    """However they went, constraints of PostgreSQL too."""
    for part in PARTS:
        take_away(part, how)
    assert sorted(missing()) == PARTS
    emit_post_migrate_signal(0, False, "default")
    assert missing() == []


@pytest.mark.parametrize("end", BookingState.values)
@pytest.mark.parametrize("start", BookingState.values)
def test_a_booking_walks_along_the_state_table_alone(start, end):
    """An UPDATE past the application moves a booking only where a line of the table leads."""
    booking = BookingFactory(state=start)
    change = Booking.objects.filter(pk=booking.pk)
    if start == end or (start, end) in STEPS:
        assert change.update(state=end, expires_at=booking.start, is_offer=end == BookingState.OFFERED) == 1
        return
    with pytest.raises(IntegrityError, match="no step leads to this state"), transaction.atomic():
        change.update(state=end)
    booking.refresh_from_db()
    assert booking.state == start


def test_bookings_and_usage_records_are_never_deleted():
    """Whatever their state."""
    booking, record = BookingFactory(state=BookingState.CANCELLED), UsageRecordFactory(is_current=False)
    for row in (booking, record):
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")
        assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"effective_hours": 9},
        {"income": 1},
        {"user_kind": "external"},
        {"record_id": "other"},
        {"booking": None},
        {"person": None},
        {"is_current": False, "samples": 99},
    ],
)
def test_a_usage_record_stays_as_it_was_written(change):
    """Only that it counts no longer may be written; a correction is a new row."""
    booking = BookingFactory(state=BookingState.COMPLETED)
    record = UsageRecordFactory(user_kind="internal", booking=booking, person=booking.person)
    rows = UsageRecord.objects.filter(pk=record.pk)
    before = rows.values().get()
    with pytest.raises(IntegrityError, match="a correction is a new usage record"), transaction.atomic():
        rows.update(**change)
    assert rows.values().get() == before


def test_a_record_that_counts_no_longer_does_not_come_back():
    """From current to corrected, never the other way."""
    record = UsageRecordFactory()
    rows = UsageRecord.objects.filter(pk=record.pk)
    assert rows.update(is_current=False) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(is_current=True)
    assert not rows.get().is_current


def test_two_guards_of_one_name_are_a_mistake():
    """The same one twice is not: an app may be loaded again."""
    known = REGISTER["usage_kept"]
    register(known)
    with pytest.raises(ValueError, match="Two guards are called usage_kept"):
        register(replace(known, table="elsewhere"))
    assert REGISTER["usage_kept"] is known


def test_a_guard_of_a_table_that_is_not_there_waits_for_it(monkeypatch):
    """A migration of another app alone may come before; on an engine we do not know there is none."""
    early = replace(REGISTER["usage_kept"], name="early", table="not_yet")
    monkeypatch.setitem(REGISTER, "early", early)
    assert "early" not in install()
    monkeypatch.setattr(connection, "vendor", "oracle")
    assert install() == []
    triggers.take_away()
    monkeypatch.undo()
    assert missing() == []


def test_parts_of_a_guard_on_each_engine():
    """SQLite has triggers alone; PostgreSQL what a migration makes in their place, and one on TRUNCATE."""
    made = refusal_trigger("trial", "t", "UPDATE OR DELETE", "no", "{row}.done", either=True)
    assert made.parts("sqlite") == [
        "trial_update",
        "trial_delete",
        "trial_displaced_insert",
        "trial_displaced_update",
    ]
    assert made.parts("postgresql") == ["trial_update", "trial_delete", "trial_truncate"]
    assert "WHEN (OLD.done) OR (NEW.done) BEGIN" in made.sqlite[1]
    overlap = overlap_guard(name="apart", table="t", equal=("a",), holding="{row}.held")
    assert (overlap.parts("sqlite"), overlap.parts("postgresql")) == (
        ["apart_insert", "apart_update"],
        ["apart"],
    )
