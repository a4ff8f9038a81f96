"""The arithmetic of a Merkle log after RFC 9162, section 2.1 (SHA-256); knows neither Django nor a database.

Hashes are 32 bytes. Leaves count from 0; a range [start, end) names the leaves below one node. Where a function needs
the hash of such a node it asks its caller, `Subtree`: who stores inner nodes gives proofs without reading all leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Range = tuple[int, int]
Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a log without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes (MTH of the RFC, leaves already hashed)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The complete subtrees along the right edge: all it takes to append to a log and to know its root.

    `completed` collects (level, index, hash) of every complete subtree of a level in `note`; its user empties it.
    """

    def __init__(self, note: Iterable[int] = ()) -> None:
        """Begin with no leaf."""
        self.size = 0
        self.completed: list[tuple[int, int, bytes]] = []
        self._note = frozenset(note)
        self._edge: list[tuple[int, bytes]] = []

    def append(self, hashed: bytes, level: int = 0) -> None:
        """Append a leaf hash, or a complete subtree of 2**level leaves. Raises ValueError where it cannot stand."""
        if self.size & ((1 << level) - 1):
            raise ValueError(f"A subtree of level {level} cannot follow {self.size} leaves.")
        self.size += 1 << level
        edge, note, sha256 = self._edge, self._note, hashlib.sha256
        if level in note:
            self.completed.append((level, (self.size >> level) - 1, hashed))
        while edge and edge[-1][0] == level:
            hashed = sha256(b"\x01" + edge.pop()[1] + hashed).digest()
            level += 1
            if level in note:
                self.completed.append((level, (self.size >> level) - 1, hashed))
        edge.append((level, hashed))

    def root(self) -> bytes:
        """Return the root over everything appended so far."""
        if not self._edge:
            return EMPTY_ROOT
        root = self._edge[-1][1]
        for _level, hashed in reversed(self._edge[:-1]):
            root = node_hash(hashed, root)
        return root


def complete_parts(start: int, end: int) -> list[tuple[int, int]]:
    """Split the range of a node into complete subtrees, as (level, index), from left to right."""
    parts: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return PATH(index, D[size]): what leads from a leaf to the root. Raises ValueError outside 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError(f"A log of {size} has no leaf {index}.")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return [subtree(*one) for one in reversed(ranges)]


def consistency_proof(earlier: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return PROOF(earlier, D[size]): what shows that a log only grew. Raises ValueError unless 0 < earlier <= size."""
    if not 0 < earlier <= size:
        raise ValueError(f"{earlier} is no earlier size of a log of {size}.")
    ranges: list[Range] = []
    start, end, is_known = 0, size, True
    while end != earlier:
        middle = start + _split(end - start)
        if earlier <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, is_known = middle, False
    if not is_known:
        ranges.append((start, end))
    return [subtree(*one) for one in reversed(ranges)]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(earlier: int, size: int, proof: Sequence[bytes], earlier_root: bytes, root: bytes) -> bool:
    """Tell whether the log of `size` begins with the log of `earlier` (RFC 9162, 2.1.4.2)."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root
    steps = list(proof)
    if earlier & (earlier - 1) == 0:
        steps.insert(0, earlier_root)
    if not steps:
        return False
    node, last = earlier - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (earlier_root, root)


def _split(width: int) -> int:
    """The largest power of two below `width` (at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)
