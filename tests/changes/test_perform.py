"""The runner: one transaction, locks in one order, refusals on record, events to history, notices, subscribers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from changes import Event, StaleVersion, locking, perform, subscribe, unchanged
from changes.errors import Restart
from changes.events import _subscribers
from changes.locking import Lockable
from changes.runner import record_refusal
from members.models import MemberUnit, Person, Region
from tests.factories.members import PersonFactory, UnitFactory

pytestmark = pytest.mark.django_db


class Mishap(Exception):
    """Something that undoes a change."""


@dataclass(frozen=True, kw_only=True)
class Renamed(Event):
    """A unit got another name."""

    unit: MemberUnit


@pytest.fixture
def unit():
    return UnitFactory.create(name_zh="甲")


@pytest.fixture
def person(unit):
    return PersonFactory.create(home_unit=unit)


@pytest.fixture
def heard():
    """What a subscriber heard; it is gone after the test."""
    known = []
    yield known
    _subscribers.pop(Renamed, None)


def rename(work, unit, name, *, seen=None):
    locked = work.lock_one(MemberUnit.objects.all(), unit.pk)
    if seen is not None:
        unchanged(Versioned(locked), seen)
    before = locked.name_zh
    locked.name_zh = name
    locked.save(update_fields=["name_zh"])
    work.record("members.unit.changed", locked, before={"name": before}, after={"name": name})
    work.emit(Renamed(unit=locked))
    return locked


class Versioned:
    """A row whose version is the length of its name."""

    def __init__(self, row):
        self.version = len(row.name_zh)


def names():
    return list(MemberUnit.objects.order_by("code").values_list("name_zh", flat=True))


def verbs():
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


def test_a_change_writes_its_row_and_its_history_under_its_actor(unit, person):
    assert perform(person, rename, unit, "乙").name_zh == "乙"
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor_id, entry.target_id) == ("members.unit.changed", person.pk, str(unit.pk))
    assert (entry.before, entry.after) == ({"name": "甲"}, {"name": "乙"})


def test_two_actions_are_one_change(unit, person):
    other = UnitFactory.create(name_zh="丙")

    def both(work):
        rename(work, unit, "乙")
        rename(work, other, "丁")
        raise Mishap

    with pytest.raises(Mishap):
        perform(person, both)
    assert sorted(names()) == sorted(["甲", "丙"])
    assert verbs() == []


def test_a_part_that_fails_leaves_the_rest_whole(unit, person):
    def part(work):
        rename(work, unit, "乙")
        work.after(lambda: pytest.fail("What was undone must not ring."))
        raise Mishap

    def whole(work):
        with pytest.raises(Mishap):
            perform(person, part)
        return rename(work, unit, "丙")

    perform(person, whole)
    assert names() == ["丙"]
    assert [entry.before for entry in Entry.objects.all()] == [{"name": "甲"}]


def test_a_part_that_fails_ends_a_change_of_one_piece(unit, person):
    """What joins it has no savepoint: the change has the only one, and nothing of it stays."""

    def part(work):
        rename(work, unit, "乙")
        raise Mishap

    def whole(work):
        work.all_or_nothing()
        with CaptureQueriesContext(connection) as captured, pytest.raises(Mishap):
            perform(person, part)
        assert not [query for query in captured if "SAVEPOINT" in query["sql"]]
        raise Mishap

    with pytest.raises(Mishap):
        perform(person, whole)
    assert names() == ["甲"]
    assert verbs() == []


def test_the_first_lock_may_be_taken_by_name(unit, person):
    """In one query; a later one looks its key up and waits for its turn; one that is not there says so."""
    held = []
    units, people = Lockable(MemberUnit.objects.all()), Lockable(Person.objects.all())

    def by_name(work):
        with CaptureQueriesContext(connection) as captured:
            assert work.lock_named(units, "code", unit.code) == unit
            held.append(len(captured))
            assert work.lock_named(people, "email", person.email) == person
            held.append(len(captured))
        held.extend(key[1] for key in work.change.held)
        with pytest.raises(MemberUnit.DoesNotExist):
            work.lock_named(units, "code", "NO-SUCH")

    perform(person, by_name)
    assert held == [1, 3, "members.memberunit", "members.person"]


def test_a_refusal_outlives_the_rollback_and_names_what_was_tried(unit, person):
    def refused(work):
        rename(work, unit, "乙")
        record_refusal(person, "give_network_role", "officer", app="members")
        raise Mishap

    def wrapped(work):
        perform(person, refused)

    for action in (refused, wrapped):
        with pytest.raises(Mishap):
            perform(person, action)
    assert names() == ["甲"]
    assert [(e.verb, e.target_type, e.target_id, e.after["verb"]) for e in Entry.objects.all()] == [
        ("members.refused", "members", "officer", "give_network_role")
    ] * 2


def test_subscribers_hear_before_the_end_and_may_undo_it(unit, person, heard):
    subscribe(Renamed, lambda work, event: heard.append((event.unit.name_zh, connection.in_atomic_block)))
    perform(person, rename, unit, "乙")
    assert heard == [("乙", True)]

    def refuse(work, event):
        raise Mishap

    subscribe(Renamed, refuse)
    with pytest.raises(Mishap):
        perform(person, rename, unit, "丙")
    assert names() == ["乙"]


def test_what_a_subscriber_emits_is_heard_too(unit, person, heard):
    def follow(work, event):
        heard.append(event.unit.name_zh)
        if len(heard) < 3:
            rename(work, event.unit, event.unit.name_zh + "一")

    subscribe(Renamed, follow)
    perform(person, rename, unit, "乙")
    assert heard == ["乙", "乙一", "乙一一"]
    assert verbs() == ["members.unit.changed"] * 3


@pytest.fixture
def others_hold_all(monkeypatch):
    """Whoever does not wait for a row gets none."""
    read = locking.read

    def held(rows, pks, *, locked, skip_locked=False):
        return [] if skip_locked else read(rows, pks, locked=locked)

    monkeypatch.setattr(locking, "read", held)


def test_a_lock_out_of_order_that_is_free_is_taken_on_the_spot(unit, person):
    other = UnitFactory.create(name_zh="丙")
    low, high = sorted([unit, other], key=lambda row: row.pk)
    runs = []

    def backwards(work):
        runs.append(len(work.change.held))
        rename(work, high, "高")
        rename(work, low, "低")
        runs.append(len(work.change.held))

    perform(person, backwards)
    assert runs == [0, 2]
    assert sorted(names()) == sorted(["高", "低"])
    assert len(verbs()) == 2


def test_what_is_not_there_is_not_taken_for_held_by_others(unit, person):
    runs = []

    def backwards(work):
        runs.append(1)
        work.lock_one(MemberUnit.objects.all(), unit.pk)
        return work.lock(MemberUnit.objects.all(), [unit.pk - 1, unit.pk])

    assert list(perform(person, backwards)) == [unit.pk]
    assert len(runs) == 2


@pytest.mark.usefixtures("others_hold_all")
def test_a_lock_out_of_order_that_is_held_restarts_the_change_with_all_locks_in_order(unit, person):
    other = UnitFactory.create(name_zh="丙")
    low, high = sorted([unit, other], key=lambda row: row.pk)
    runs = []

    def backwards(work):
        runs.append(len(work.change.held))
        rename(work, high, "高")
        rename(work, low, "低")

    perform(person, backwards)
    assert runs == [0, 2]
    assert sorted(names()) == sorted(["高", "低"])
    assert len(verbs()) == 2


@pytest.mark.usefixtures("others_hold_all")
def test_kinds_are_locked_in_the_declared_order(unit, person):
    taken = []

    def person_then_unit(work):
        taken.append([key[1] for key in work.change.held])
        work.lock_one(Person.objects.all(), person.pk)
        work.lock_one(MemberUnit.objects.all(), unit.pk)

    perform(person, person_then_unit)
    assert taken == [[], ["members.memberunit", "members.person"]]


@pytest.mark.usefixtures("others_hold_all")
def test_rows_without_a_rank_come_last(unit, person):
    runs = []

    def below_first(work):
        runs.append(1)
        work.lock_one(Region.objects.all(), unit.region_id)
        work.lock_one(Person.objects.all(), person.pk)

    perform(person, below_first)
    assert runs == [1, 1]


def test_a_stale_version_changes_nothing(unit, person):
    with pytest.raises(StaleVersion) as refused:
        perform(person, rename, unit, "乙", seen=7)
    assert (refused.value.seen, refused.value.found) == (7, 1)
    assert (names(), verbs()) == (["甲"], [])


class Deadlock(Exception):
    """What the driver says."""

    sqlstate = "40P01"


def test_a_deadlock_runs_the_change_again_three_times_at_most(unit, person):
    runs = []

    def unlucky(work, times):
        runs.append(rename(work, unit, "乙").name_zh)
        if len(runs) <= times:
            raise OperationalError from Deadlock()

    perform(person, unlucky, 3)
    assert (len(runs), verbs()) == (4, ["members.unit.changed"])
    runs.clear()
    with pytest.raises(OperationalError):
        perform(person, unlucky, 9)
    assert len(runs) == 4
    assert len(verbs()) == 1


def test_other_trouble_of_the_database_is_not_tried_again(person):
    runs = []

    def broken(work):
        runs.append(1)
        raise OperationalError("disk full")

    with pytest.raises(OperationalError):
        perform(person, broken)
    assert runs == [1]


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_the_commit_runs_after_it_and_never_after_a_rollback(person):
    rung = []

    def ringing(work, fails):
        work.after(lambda: rung.append(connection.in_atomic_block))
        if fails:
            raise Mishap

    perform(person, ringing, fails=False)
    with pytest.raises(Mishap):
        perform(person, ringing, fails=True)
    assert rung == [False]


@pytest.mark.django_db(transaction=True)
def test_nobody_opens_a_transaction_around_a_change(person):
    with transaction.atomic(), pytest.raises(RuntimeError):
        perform(person, lambda work: None)


def test_a_change_that_never_settles_ends(person):
    """Eight times anew is enough: an action that asks for another lock each time is told so, and nothing is held."""
    tried = []

    def restless(work):
        tried.append(work)
        raise Restart([(len(tried), "members.person", len(tried))])

    with pytest.raises(RuntimeError, match="other locks each time"):
        perform(person, restless)
    assert len(tried) == 9


def test_what_is_gone_cannot_be_locked(unit, person):
    """The model's own error says so, and nothing is held."""

    def act(work):
        with pytest.raises(MemberUnit.DoesNotExist):
            work.lock_one(MemberUnit.objects.all(), unit.pk + 1)
        return list(work.change.held)

    assert perform(person, act) == []


def test_who_subscribes_twice_hears_once(heard, unit, person):
    """An app may be loaded again."""
    times = []

    def hear(_work, event):
        times.append(event)

    subscribe(Renamed, hear)
    subscribe(Renamed, hear)
    try:
        perform(person, lambda work: work.emit(Renamed(unit=unit)))
    finally:
        _subscribers[Renamed].remove(hear)
    assert len(times) == 1
    assert hear not in _subscribers[Renamed]
