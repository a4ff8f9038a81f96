"""The stored log: its right edge, the hash of any of its nodes, and the proofs made from them."""

from __future__ import annotations

from typing import Any

from audit.content import FIELDS, content
from audit.models import Checkpoint, Entry, Leaf, Node
from audit.proofs import Frontier, complete_parts, consistency_proof, inclusion_proof, root_of

STEP = 8
LEVELS = tuple(range(STEP, 64, STEP))
"""The levels whose complete subtrees are stored: one row for 256 of the level below."""


class LogBroken(RuntimeError):
    """The stored leaves do not give the root of the newest checkpoint: nothing may be built on them."""


class NotInLog(LookupError):
    """There is no such entry, leaf or checkpoint in the log."""


def newest_checkpoint() -> Checkpoint | None:
    """Return the checkpoint over the most leaves; None before the first sealing."""
    return Checkpoint.objects.order_by("-size").first()


def frontier() -> Frontier:
    """Read the right edge of the log as of the newest checkpoint, from at most 256 rows a stored level.

    Raises LogBroken where it does not give that checkpoint's root.
    """
    newest = newest_checkpoint()
    edge = Frontier(LEVELS)
    if newest is None:
        return edge
    top = (newest.size.bit_length() - 1) // STEP * STEP
    for level in range(top, -1, -STEP):
        first = (newest.size >> (level + STEP)) << STEP
        for hashed in _hashes(level, first, newest.size >> level):
            edge.append(hashed, level)
    edge.completed.clear()
    if edge.size != newest.size or edge.root().hex() != newest.root:
        raise LogBroken(
            f"The newest checkpoint, {newest}, does not fit the leaves below it; run verify_audit."
        )
    return edge


def subtree(start: int, end: int) -> bytes:
    """Return the hash of the node over the leaves [start, end), from at most 128 rows for each complete part.

    Raises NotInLog where rows are missing.
    """
    edge = Frontier()
    for level, index in complete_parts(start, end):
        edge.append(_complete(level, index), level)
    return edge.root()


def prove(sequence: int, *, size: int | None = None, earlier: int | None = None) -> dict[str, Any]:
    """Return the proof that an entry is in the log of a checkpoint, ready for JSON; `docs/verify_entry.py` verifies it.

    `size` names the checkpoint, without it the newest; `earlier` an older one, to show that the log only grew since.
    Raises NotInLog where entry, leaf or checkpoint is missing, or the checkpoint is older than the leaf.
    """
    row = Entry.objects.filter(sequence=sequence).values_list(*FIELDS).first()
    if row is None:
        raise NotInLog(f"There is no entry {sequence}.")
    leaf = Leaf.objects.filter(entry_id=sequence).first()
    if leaf is None:
        raise NotInLog(f"Entry {sequence} is not yet sealed.")
    checkpoint = _checkpoint(size)
    if checkpoint.size <= leaf.index:
        raise NotInLog(
            f"Checkpoint {checkpoint.size} is older than entry {sequence}, which is leaf {leaf.index}."
        )
    proof: dict[str, Any] = {
        "entry": content(row),
        "leaf": {"index": leaf.index, "hash": leaf.hash},
        "checkpoint": {"size": checkpoint.size, "root": checkpoint.root, "at": checkpoint.at.isoformat()},
        "inclusion": [step.hex() for step in inclusion_proof(leaf.index, checkpoint.size, subtree)],
    }
    if earlier is not None:
        old = _checkpoint(earlier)
        if old.size > checkpoint.size:
            raise NotInLog(f"Checkpoint {old.size} is not earlier than {checkpoint.size}.")
        proof["earlier"] = {"size": old.size, "root": old.root, "at": old.at.isoformat()}
        proof["consistency"] = [step.hex() for step in consistency_proof(old.size, checkpoint.size, subtree)]
    return proof


def _checkpoint(size: int | None) -> Checkpoint:
    known = Checkpoint.objects.order_by("-size")
    found = (known if size is None else known.filter(size=size)).first()
    if found is None:
        raise NotInLog(
            "There is no checkpoint yet." if size is None else f"There is no checkpoint of size {size}."
        )
    return found


def _complete(level: int, index: int) -> bytes:
    below = level // STEP * STEP
    width = 1 << (level - below)
    hashes = _hashes(below, index * width, (index + 1) * width)
    if len(hashes) != width:
        raise NotInLog(f"Nodes {index * width} to {(index + 1) * width} of level {below} are not all there.")
    return root_of(hashes)


def _hashes(level: int, first: int, end: int) -> list[bytes]:
    """The hashes of the nodes [first, end) of a stored level, 0 being the leaves."""
    rows = Node.objects.filter(level=level) if level else Leaf.objects.all()
    found = rows.filter(index__gte=first, index__lt=end).order_by("index").values_list("hash", flat=True)
    return [bytes.fromhex(hashed) for hashed in found]
