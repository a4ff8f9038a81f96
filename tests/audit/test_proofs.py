"""The arithmetic of the log against the known answers of Certificate Transparency, and against pymerkle."""

from __future__ import annotations

import functools
import hashlib
import random

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion
from pymerkle.core import _inclusion_path_layout

from audit.proofs import (
    EMPTY_ROOT,
    Frontier,
    complete_parts,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

CONTENTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
LEAVES = [leaf_hash(one) for one in CONTENTS]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The roots over the first 1 to 8 of these contents, as published with the reference implementation of RFC 6962."""
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E, F = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)


def of(leaves):
    """Give the hash of any node over these leaves, straight from the definition of MTH."""

    def mth(start: int, end: int) -> bytes:
        width = end - start
        if width == 1:
            return leaves[start]
        half = 1
        while half * 2 < width:
            half *= 2
        return hashlib.sha256(b"\x01" + mth(start, start + half) + mth(start + half, end)).digest()

    return mth


def hexed(proof):
    """The steps in hex."""
    return [step.hex() for step in proof]


def test_known_roots():
    """Leaf prefix 0x00, node prefix 0x01, the empty log is the hash of nothing."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == EMPTY_ROOT
    assert [root_of(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS
    assert node_hash(LEAVES[0], LEAVES[1]).hex() == ROOTS[1]


@pytest.mark.parametrize(
    ("index", "size", "steps"),
    [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, ROOTS[3]]), (2, 3, [ROOTS[1]])],
)
def test_known_inclusion_proofs(index, size, steps):
    """The published paths."""
    proof = inclusion_proof(index, size, of(LEAVES))
    assert hexed(proof) == steps
    assert is_included(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(
    ("earlier", "size", "steps"),
    [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])],
)
def test_known_consistency_proofs(earlier, size, steps):
    """The published proofs."""
    proof = consistency_proof(earlier, size, of(LEAVES))
    assert hexed(proof) == steps
    assert is_consistent(
        earlier, size, proof, bytes.fromhex(ROOTS[earlier - 1]), bytes.fromhex(ROOTS[size - 1])
    )


def test_all_sizes_to_40_against_pymerkle():
    """Every root and inclusion proof is the other implementation's; each accepts its own proofs of consistency."""
    tree = InmemoryTree(algorithm="sha256")
    leaves, roots = [], [EMPTY_ROOT]
    for n in range(40):
        tree.append_entry(b"%d" % n)
        leaves.append(leaf_hash(b"%d" % n))
        roots.append(root_of(leaves))
        assert roots[-1] == tree.get_root()
    node = of(leaves)
    for size in range(1, 41):
        for index in range(size):
            mine, theirs = inclusion_proof(index, size, node), tree.prove_inclusion(index + 1, size)
            assert [leaves[index], *mine] == theirs.path
            assert is_included(leaves[index], index, size, mine, roots[size])
            verify_inclusion(leaves[index], roots[size], theirs, index=index + 1, size=size)
        for earlier in range(1, size + 1):
            mine = consistency_proof(earlier, size, node)
            theirs = tree.prove_consistency(earlier, size)
            assert is_consistent(earlier, size, mine, roots[earlier], roots[size])
            verify_consistency(roots[earlier], roots[size], theirs, earlier, size)


def test_proofs_of_ten_million_leaves():
    """Over leaves that are all alike a node is known by its width: proofs are short, hold, and ask as pymerkle does."""

    @functools.cache
    def wide(width: int) -> bytes:
        if width == 1:
            return LEAVES[0]
        half = 1 << ((width - 1).bit_length() - 1)
        return node_hash(wide(half), wide(width - half))

    dice = random.Random(9162)
    for _turn in range(200):
        size = dice.randrange(1, 10_000_000)
        index, earlier = dice.randrange(size), dice.randrange(1, size + 1)
        asked: list[tuple[int, int]] = []

        def node(start: int, end: int, asked=asked) -> bytes:
            asked.append((start, end))
            return wide(end - start)

        proof = inclusion_proof(index, size, node)
        assert [(index, index + 1), *asked] == _inclusion_path_layout(index + 1, size)[1]
        assert len(proof) <= 24
        assert is_included(LEAVES[0], index, size, proof, wide(size))
        proof = consistency_proof(earlier, size, node)
        assert len(proof) <= 25
        assert is_consistent(earlier, size, proof, wide(earlier), wide(size))


@pytest.mark.parametrize("size", [1, 2, 7, 8, 21])
def test_a_proof_with_anything_wrong_is_refused(size):
    """Another leaf, place, size, root, step; a step too few or too many."""
    leaves = [leaf_hash(b"%d" % n) for n in range(size + 1)]
    node, root = of(leaves), root_of(leaves[:size])
    for index in range(size):
        proof = inclusion_proof(index, size, node)
        leaf = leaves[index]
        assert is_included(leaf, index, size, proof, root)
        wrong = [
            (leaves[size], index, size, proof, root),
            (leaf, index, size, proof, leaves[size]),
            (leaf, index, size, [*proof, leaf], root),
            (leaf, index + size, size, proof, root),
            (leaf, -1, size, proof, root),
            *((leaf, other, size, proof, root) for other in range(size) if other != index),
            *((leaf, index, size, proof[:n] + proof[n + 1 :], root) for n in range(len(proof))),
            *((leaf, index, size, [*proof[:n], leaf, *proof[n + 1 :]], root) for n in range(len(proof))),
        ]
        assert [case for case in wrong if is_included(*case)] == []


def test_a_log_that_did_not_only_grow_is_refused():
    """One earlier leaf differs; or a step, a size or a root does."""
    before = [leaf_hash(b"%d" % n) for n in range(21)]
    for earlier in range(1, 21):
        old, proof = root_of(before[:earlier]), consistency_proof(earlier, 21, of(before))
        new = root_of(before)
        assert is_consistent(earlier, 21, proof, old, new)
        for changed in range(earlier):
            after = [*before[:changed], leaf_hash(b"other"), *before[changed + 1 :]]
            theirs = consistency_proof(earlier, 21, of(after))
            assert not is_consistent(earlier, 21, theirs, old, root_of(after))
        wrong = [(earlier, 21, proof[:n] + proof[n + 1 :], old, new) for n in range(len(proof))]
        wrong += [
            (earlier, 21, [*proof, old], old, new),
            (0, 21, proof, EMPTY_ROOT, new),
            (22, 21, [], old, new),
        ]
        wrong += [(earlier, 21, proof, new, new), (earlier, 21, proof, old, old), (21, 21, proof, old, new)]
        assert [case for case in wrong if is_consistent(*case)] == []


def test_what_cannot_be_proved():
    """Outside the log."""
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(index, size, of(LEAVES))
    for earlier, size in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no earlier size"):
            consistency_proof(earlier, size, of(LEAVES))


def test_the_frontier_goes_on_from_complete_subtrees():
    """Subtrees of falling levels stand for their leaves; noted nodes are those of the definition."""
    leaves = [leaf_hash(b"%d" % n) for n in range(600)]
    node = of(leaves)
    whole = Frontier([8])
    for leaf in leaves:
        whole.append(leaf)
    assert whole.completed == [(8, 0, node(0, 256)), (8, 1, node(256, 512))]
    edge = Frontier()
    for level, index in complete_parts(0, 599):
        edge.append(node(index << level, (index + 1) << level), level)
    edge.append(leaves[599])
    assert (edge.size, edge.root()) == (600, whole.root())
    with pytest.raises(ValueError, match="level 4 cannot follow 600"):
        edge.append(leaves[0], 4)


def test_an_empty_proof_proves_no_growth():
    """A log of no power of two leaves something to show."""
    before = [leaf_hash(b"%d" % n) for n in range(7)]
    assert not is_consistent(3, 7, [], root_of(before[:3]), root_of(before))
    assert is_consistent(7, 7, [], root_of(before), root_of(before))
