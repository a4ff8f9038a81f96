"""A hundred tamperings by somebody with all keys of the database, each found; and what finds a whole rewriting."""

from __future__ import annotations

import datetime as dt
import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from audit.models import Checkpoint, Entry, Leaf, Node, Unsealed
from audit.verifying import first_fault, verify
from tests.audit.rows import OTHER, remove, rewrite, sealed, take_guards_away, write
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db

BATCHES = (7, 60, 100, 89, 1, 143, 112, 88)
SIZE = sum(BATCHES)
FAR = 1_000_000
FIELDS = ("at", "actor", "verb", "target_type", "target_id", "before", "after")


class Undo(Exception):
    """Ends a tampering without keeping it."""


class Intruder:
    """Each method tampers in one way, at a place the dice choose, and makes sure that it did something."""

    def __init__(self, dice: random.Random, entries: list[Entry], stranger) -> None:
        self.dice, self.entries, self.stranger = dice, entries, stranger

    def one(self) -> Entry:
        """Any sealed entry."""
        return Entry.objects.get(pk=self.dice.choice(self.entries).pk)

    def two(self) -> tuple[Leaf, Leaf]:
        """Two leaves, the first before the second."""
        return tuple(Leaf.objects.get(index=index) for index in sorted(self.dice.sample(range(SIZE), 2)))

    def other_value(self, name: str, entry: Entry):
        """Another value for a field."""
        return {
            "at": entry.at + dt.timedelta(microseconds=1),
            "actor": None if entry.actor_id else self.stranger,
            "verb": OTHER,
            "target_type": entry.target_type + "s",
            "target_id": entry.target_id + "0",
            "before": {**entry.before, "n": entry.before["n"] + 1},
            "after": {**entry.after, "name": entry.after["name"] + " "},
        }[name]

    def change_a_field(self) -> None:
        """One field of one entry."""
        entry, name = self.one(), self.dice.choice(FIELDS)
        assert Entry.objects.filter(pk=entry.pk).update(**{name: self.other_value(name, entry)}) == 1

    def change_a_field_and_its_leaf(self) -> None:
        """The leaf is worked out anew, the tree is not."""
        self.change_a_field()
        stored = dict(Checkpoint.objects.values_list("size", "root"))
        nodes = list(Node.objects.all())
        rewrite()
        for size, root in stored.items():
            Checkpoint.objects.filter(size=size).update(root=root)
        for node in nodes:
            Node.objects.filter(pk=node.pk).update(hash=node.hash)

    def remove_an_entry(self) -> None:
        """Its leaf is left."""
        assert remove(Entry, pk=self.one().pk) == 1

    def remove_an_entry_with_its_leaf(self) -> None:
        """A gap in the numbers of the leaves is left."""
        entry = self.one()
        assert remove(Leaf, entry=entry) + remove(Entry, pk=entry.pk) == 2

    def cut_out_of_the_middle(self) -> None:
        """The later leaves move up."""
        leaf, _later = self.two()
        assert remove(Leaf, index=leaf.index) + remove(Entry, pk=leaf.entry_id) == 2
        self.move(leaf.index, -1)

    def remove_a_leaf(self) -> None:
        """Its entry is left, and may be queued as if it were new."""
        entry = self.one()
        assert remove(Leaf, entry=entry) == 1
        if self.dice.random() < 0.5:
            Unsealed.objects.create(entry=entry)

    def swap_what_two_entries_say(self) -> None:
        """All but their numbers."""
        one, two = (Entry.objects.get(pk=leaf.entry_id) for leaf in self.two())
        for entry, said in ((one, two), (two, one)):
            assert (
                Entry.objects.filter(pk=entry.pk).update(**{name: getattr(said, name) for name in FIELDS})
                == 1
            )

    def swap_two_leaves(self) -> None:
        """Each with entry and hash: only the order is another."""
        one, two = self.two()
        Leaf.objects.filter(index=one.index).update(index=FAR)
        Leaf.objects.filter(index=two.index).update(index=one.index)
        assert Leaf.objects.filter(index=FAR).update(index=two.index) == 1

    def swap_two_hashes(self) -> None:
        """Of leaves."""
        one, two = self.two()
        Leaf.objects.filter(index=one.index).update(hash=two.hash)
        assert Leaf.objects.filter(index=two.index).update(hash=one.hash) == 1

    def insert_in_the_middle(self) -> None:
        """A new entry with a leaf of its own, whose hash is right; later leaves make room."""
        leaf, _later = self.two()
        self.move(leaf.index, 1)
        (entry,) = write(1)
        remove(Unsealed, entry=entry)
        Leaf.objects.create(index=leaf.index, entry=entry, hash="0" * 64)

    def append_a_leaf(self) -> None:
        """Behind the newest checkpoint."""
        (entry,) = write(1)
        remove(Unsealed, entry=entry)
        Leaf.objects.create(index=SIZE, entry=entry, hash="0" * 64)

    def cut_the_end_off(self) -> None:
        """The newest leaves with their entries, the checkpoint is left."""
        first = self.dice.randrange(1, SIZE)
        gone = set(Leaf.objects.filter(index__gte=first).values_list("entry_id", flat=True))
        assert remove(Leaf, index__gte=first) + remove(Entry, pk__in=gone) == 2 * (SIZE - first)

    def rewrite_and_forget_a_checkpoint(self) -> None:
        """From an entry on all is consistent, but one checkpoint behind it stayed as it was."""
        entry, name = self.one(), self.dice.choice(FIELDS)
        Entry.objects.filter(pk=entry.pk).update(**{name: self.other_value(name, entry)})
        place = Leaf.objects.get(entry=entry).index
        behind = Checkpoint.objects.filter(size__gt=place).values_list("size", flat=True)
        rewrite(place, forget={self.dice.choice(list(behind))})

    def rewrite_a_root(self) -> None:
        """Of a checkpoint."""
        size = self.dice.choice(list(Checkpoint.objects.values_list("size", flat=True)))
        assert Checkpoint.objects.filter(size=size).update(root=self.one().leaf.hash) == 1

    def rewrite_a_size(self) -> None:
        """Of a checkpoint."""
        size = self.dice.choice(list(Checkpoint.objects.values_list("size", flat=True)))
        assert Checkpoint.objects.filter(size=size).update(size=size + self.dice.choice([-2, 2])) == 1

    def remove_the_newest_checkpoint(self) -> None:
        """Its leaves are left."""
        assert remove(Checkpoint, size=SIZE) == 1

    def rewrite_a_node(self) -> None:
        """Of the stored inner ones, or remove it."""
        node = self.dice.choice(list(Node.objects.all()))
        if self.dice.random() < 0.5:
            assert Node.objects.filter(pk=node.pk).update(hash="0" * 64) == 1
        else:
            assert remove(Node, pk=node.pk) == 1

    def plant_a_node(self) -> None:
        """Where the log keeps none, or where the next one would have its place."""
        level, index = self.dice.choice([(3, 0), (8, 2), (16, 0), (7, 1)])
        Node.objects.create(level=level, index=index, hash="0" * 64)

    def hide_an_entry_from_the_sealer(self) -> None:
        """It is written and taken out of the queue."""
        assert remove(Unsealed, entry=write(1)[0]) == 1

    def move(self, since: int, by: int) -> None:
        """Number the leaves from one on anew."""
        Leaf.objects.filter(index__gte=since).update(index=F("index") + FAR)
        assert Leaf.objects.filter(index__gte=FAR).update(index=F("index") - FAR + by) > 0


WAYS = (
    "change_a_field", "change_a_field_and_its_leaf", "remove_an_entry", "remove_an_entry_with_its_leaf",
    "cut_out_of_the_middle", "remove_a_leaf", "swap_what_two_entries_say", "swap_two_leaves", "swap_two_hashes",
    "insert_in_the_middle", "append_a_leaf", "cut_the_end_off", "rewrite_and_forget_a_checkpoint", "rewrite_a_root",
    "rewrite_a_size", "remove_the_newest_checkpoint", "rewrite_a_node", "plant_a_node",
    "hide_an_entry_from_the_sealer",
)  # fmt: skip


@pytest.fixture
def log():
    """600 sealed entries of two people and of nobody, eight checkpoints, and no guard any more."""
    people = [PersonFactory(), None, PersonFactory()]
    entries = [entry for n, count in enumerate(BATCHES) for entry in sealed(count, actor=people[n % 3])]
    take_guards_away()
    return entries


def test_a_hundred_tamperings_are_found(log):
    """Every way of them, at places chosen by chance: 100 of 100; and untouched, nothing is found."""
    dice = random.Random(20261128)
    intruder = Intruder(dice, log, PersonFactory())
    ways = [WAYS[n % len(WAYS)] for n in range(100)]
    unseen = []
    for way in ways:
        assert first_fault() is None
        try:
            with transaction.atomic():
                getattr(intruder, way)()
                if first_fault() is None:
                    unseen.append(way)
                raise Undo
        except Undo:
            continue
    assert unseen == []


@pytest.mark.parametrize("name", ["sequence", *FIELDS])
def test_every_field_of_an_entry_is_sealed(log, name):
    """Its number too; no other fault is named."""
    leaf = Leaf.objects.get(index=300)
    entry = Entry.objects.get(pk=leaf.entry_id)
    if name == "sequence":
        Entry.objects.create(**{one: getattr(entry, one) for one in FIELDS}, sequence=FAR)
        remove(Unsealed, entry=FAR)
        Leaf.objects.filter(index=300).update(entry=FAR)
        remove(Entry, pk=entry.pk)
    else:
        other = Intruder(random.Random(1), log, PersonFactory()).other_value(name, entry)
        assert Entry.objects.filter(pk=entry.pk).update(**{name: other}) == 1
    assert verify().sentences() == ["what leaf 300 sealed is not what its entry says"]


def test_each_fault_is_named_by_its_place(log):
    """What the officer reads."""
    leaf = Leaf.objects.get(index=300)
    with pytest.raises(Undo), transaction.atomic():
        Entry.objects.filter(pk=leaf.entry_id).update(verb=OTHER)
        remove(Entry, pk=Leaf.objects.get(index=310).entry_id)
        remove(Entry, pk=Leaf.objects.get(index=311).entry_id)
        remove(Unsealed, entry=(hidden := write(1)[0]))
        assert verify().sentences() == [
            "what leaf 300 sealed is not what its entry says",
            "the entry of leaf 310 is gone (and 1 more like it)",
            f"entry {hidden.pk} has no leaf and waits for none",
        ]
        raise Undo
    Checkpoint.objects.filter(size=400).update(root="0" * 64)
    with pytest.raises(CommandError, match="- the root of checkpoint 400 is not that of its leaves"):
        call_command("verify_audit", stdout=StringIO())


def test_a_whole_rewriting_is_found_by_a_checkpoint_kept_outside_alone(log):
    """Leaves, nodes and all checkpoints are consistent again; one that somebody kept is not among them."""
    newest = str(Checkpoint.objects.get(size=SIZE))
    before = str(Checkpoint.objects.get(size=167))
    place = 200
    Entry.objects.filter(pk=Leaf.objects.get(index=place).entry_id).update(verb=OTHER)
    rewrite(place)
    assert verify().sentences() == []
    kept = [tuple(text.split(":")) for text in (before, newest)]
    found = verify([(int(size), root) for size, root in kept])
    assert found.sentences() == [f"the log is not the one whose checkpoint {SIZE} was kept"]


def test_a_log_cut_short_is_found_by_a_checkpoint_kept_outside(log):
    """Back to an earlier checkpoint with everything behind it gone."""
    newest = Checkpoint.objects.get(size=SIZE)
    gone = set(Leaf.objects.filter(index__gte=400).values_list("entry_id", flat=True))
    for model, which in (
        (Leaf, {"index__gte": 400}),
        (Entry, {"pk__in": gone}),
        (Checkpoint, {"size__gt": 400}),
    ):
        assert remove(model, **which) > 0
    remove(Node, level=8, index__gte=1)
    assert verify().sentences() == []
    assert verify([(SIZE, newest.root)]).sentences() == [
        f"the log is not the one whose checkpoint {SIZE} was kept"
    ]


def test_the_walk_goes_on_over_pages(log, monkeypatch):
    """Pages that end before, on and behind a checkpoint find the same."""
    monkeypatch.setattr("audit.verifying.PAGE", 67)
    assert first_fault() is None
    remove(Leaf, index=66)
    assert verify().faults["leaf {} is gone"] == (66, 1)
    assert verify().faults["the root of checkpoint {} is not that of its leaves"][0] == 67
