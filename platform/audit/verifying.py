"""The verifier of the log: every leaf against its entry, every root against the leaves, nothing lost, nothing added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Exists, Max, OuterRef

from audit import old_chain
from audit.content import FIELDS, Row, entry_hash
from audit.log import LEVELS, newest_checkpoint
from audit.models import Checkpoint, Entry, Leaf, Node, Unsealed
from audit.proofs import Frontier

PAGE = 4000

ALTERED = "what leaf {} sealed is not what its entry says"
GONE = "the entry of leaf {} is gone"
NO_LEAF = "leaf {} is gone"
ROOT = "the root of checkpoint {} is not that of its leaves"
NODE = "the stored nodes are not those over leaf {}"
UNCOVERED = "leaf {} is covered by no checkpoint"
TOO_LONG = "checkpoint {} covers more leaves than there are"
LOST = "entry {} has no leaf and waits for none"
KEPT = "the log is not the one whose checkpoint {} was kept"
CHAIN = "the chain before the log does not fit from entry {} on"

Kept = tuple[int, str]
"""A checkpoint that somebody kept outside: size and root in hex."""


@dataclass
class Findings:
    """What a walk found: `faults` by kind, each with its first place and their number; all is well without any."""

    size: int = 0
    newest: Checkpoint | None = None
    unsealed: int = 0
    oldest_unsealed: dt.datetime | None = None
    faults: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, kind: str, place: int) -> None:
        """Note one fault; of each kind the first place is kept and the number counted."""
        first, count = self.faults.get(kind, (place, 0))
        self.faults[kind] = (first, count + 1)

    def sentences(self) -> list[str]:
        """Say each kind of fault."""
        return [
            kind.format(first) + (f" (and {count - 1} more like it)" if count > 1 else "")
            for kind, (first, count) in self.faults.items()
        ]


def verify(kept: Iterable[Kept] = ()) -> Findings:
    """Walk the whole log up to its newest checkpoint and look for what lies outside it. Reads alone, holds no lock.

    `kept`: checkpoints from outside. Only these show a log that was written anew together with all its checkpoints.
    """
    newest = newest_checkpoint()
    found = Findings(newest=newest, size=0 if newest is None else newest.size)
    outside = [(size, root.lower()) for size, root in kept]
    met = _walk(found, {size for size, _root in outside})
    for size, root in outside:
        if met.get(size) != root:
            found.add(KEPT, size)
    _look_outside(found)
    chained = old_chain.first_break()
    if chained is not None:
        found.add(CHAIN, chained)
    return found


def first_fault() -> str | None:
    """Say the first kind of fault of the log, or None if all is well."""
    return next(iter(verify().sentences()), None)


def _walk(found: Findings, asked: set[int]) -> dict[int, str]:
    """Build the tree anew over the stored leaf hashes; return the roots of the sizes asked for that it reaches."""
    met: dict[int, str] = {}
    edge = Frontier(LEVELS)
    stored = {(node.level, node.index): node.hash for node in Node.objects.all()}
    last = Leaf.objects.aggregate(last=Max("index"))["last"]
    end = min(found.size, 0 if last is None else last + 1)
    if end < found.size:
        found.add(TOO_LONG, found.size)
    for start in range(0, end, PAGE):
        stop = min(start + PAGE, end)
        roots = dict(Checkpoint.objects.filter(size__gt=start, size__lte=stop).values_list("size", "root"))
        for index, hashed, row in _leaves(start, stop):
            edge.append(_looked_at(found, index, hashed, row))
            size = index + 1
            if size in roots and edge.root().hex() != roots[size]:
                found.add(ROOT, size)
            if size in asked:
                met[size] = edge.root().hex()
        for level, index, node in edge.completed:
            if stored.pop((level, index), None) != node.hex():
                found.add(NODE, index << level)
        edge.completed.clear()
    # Of the nodes left over only those of what was sealed during the walk belong there.
    sealed = Checkpoint.objects.aggregate(size=Max("size"))["size"] or 0
    for level, index in sorted(stored):
        if level not in LEVELS or not end < (index + 1) << level <= sealed:
            found.add(NODE, index << level)
    return met


def _looked_at(found: Findings, index: int, hashed: str | None, row: Row | None) -> bytes:
    """Compare a leaf with its entry; return its stored hash, on which the tree stands."""
    if hashed is None:
        found.add(NO_LEAF, index)
        # A stand-in, so that the walk goes on; no root over it can fit.
        return b"\x00" * 32
    if row is None:
        found.add(GONE, index)
    elif entry_hash(row).hex() != hashed:
        found.add(ALTERED, index)
    return bytes.fromhex(hashed)


def _leaves(start: int, end: int) -> Iterator[tuple[int, str | None, Row | None]]:
    """The leaves [start, end) with their entries; None stands for a hash or an entry that is gone."""
    leaves = Leaf.objects.filter(index__gte=start, index__lt=end)
    columns = ("index", "hash", *(f"entry__{name}" for name in FIELDS))
    rows = list(leaves.order_by("index").values_list(*columns))
    if len(rows) == end - start:
        for index, hashed, *row in rows:
            yield index, hashed, tuple(row)
        return
    whole = {index: tuple(row) for index, _hashed, *row in rows}
    hashes = dict(leaves.values_list("index", "hash"))
    for place in range(start, end):
        yield place, hashes.get(place), whole.get(place)


def _look_outside(found: Findings) -> None:
    """Look for leaves behind the newest checkpoint, for entries that neither have a leaf nor wait, and at the queue."""
    newer = Checkpoint.objects.filter(size__gt=OuterRef("index"))
    for index in Leaf.objects.filter(~Exists(newer), index__gte=found.size).values_list("index", flat=True):
        found.add(UNCOVERED, index)
    leaf, waiting = Leaf.objects.filter(entry=OuterRef("pk")), Unsealed.objects.filter(entry=OuterRef("pk"))
    lost = Entry.objects.filter(~Exists(leaf), ~Exists(waiting)).order_by("sequence")
    for sequence in lost.values_list("sequence", flat=True):
        found.add(LOST, sequence)
    found.unsealed = Unsealed.objects.count()
    first = Unsealed.objects.select_related("entry").order_by("entry_id").first()
    found.oldest_unsealed = None if first is None else first.entry.at
