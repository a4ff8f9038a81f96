#!/usr/bin/env python3
"""Verify, with nothing but Python's standard library, that an entry is in the history's log.

    manage.py prove_audit 4711 --earlier 4000 > proof.json
    python3 verify_entry.py proof.json [SIZE:ROOT ...]

The proof says: this entry is a leaf of the Merkle log (RFC 9162, SHA-256) whose checkpoint is SIZE:ROOT, and, with
`earlier`, that log begins with the log of the earlier checkpoint. It is worth what its checkpoints are worth: name
those you keep yourself (`verify_audit` prints them), each must be one of the proof's. Ends with status 1 if it fails.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any


def leaf_hash(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"))  # ASCII, keys in order, no blanks
    return hashlib.sha256(b"\x00" + text.encode("ascii")).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def climb(node: int, last: int, old: bytes, new: bytes, steps: list[bytes]) -> tuple[bytes, bytes, bool]:
    """Walk up from a node; `old` follows the tree as of then, `new` the whole. Return both, and whether at the top."""
    for step in steps:
        if last == 0:
            return old, new, False
        if node % 2 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while node and node % 2 == 0:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return old, new, last == 0


def is_included(leaf: bytes, index: int, size: int, steps: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    _old, found, at_top = climb(index, size - 1, leaf, leaf, steps)
    return 0 <= index < size and at_top and found == root


def is_consistent(earlier: int, size: int, steps: list[bytes], earlier_root: bytes, root: bytes) -> bool:
    """RFC 9162, 2.1.4.2."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not steps and earlier_root == root
    if earlier & (earlier - 1) == 0:
        steps = [earlier_root, *steps]
    if not steps:
        return False
    node, last = earlier - 1, size - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    old, new, at_top = climb(node, last, steps[0], steps[0], steps[1:])
    return at_top and old == earlier_root and new == root


def faults(proof: dict[str, Any], kept: list[str]) -> list[str]:
    """Say everything that is wrong with a proof; `kept` are checkpoints SIZE:ROOT from elsewhere."""
    wrong = []
    index, size = proof["leaf"]["index"], proof["checkpoint"]["size"]
    root, leaf = bytes.fromhex(proof["checkpoint"]["root"]), leaf_hash(proof["entry"])
    if leaf.hex() != proof["leaf"]["hash"]:
        wrong.append("The entry does not have the hash of its leaf.")
    if not is_included(leaf, index, size, [bytes.fromhex(step) for step in proof["inclusion"]], root):
        wrong.append("The entry is not in the log of that checkpoint.")
    known = {f"{size}:{root.hex()}"}
    if "earlier" in proof:
        old_size, old_root = proof["earlier"]["size"], bytes.fromhex(proof["earlier"]["root"])
        steps = [bytes.fromhex(step) for step in proof["consistency"]]
        if not is_consistent(old_size, size, steps, old_root, root):
            wrong.append("The log does not begin with the log of the earlier checkpoint.")
        known.add(f"{old_size}:{old_root.hex()}")
    for checkpoint in kept:
        if checkpoint.lower() not in known:
            wrong.append(f"The proof is not about checkpoint {checkpoint}.")
    return wrong


def main() -> int:
    """Verify the proof in the file named first and say the outcome."""
    with open(sys.argv[1], encoding="utf-8") as file:
        proof = json.load(file)
    wrong = faults(proof, sys.argv[2:])
    said = f"Entry {proof['entry']['entry']} is leaf {proof['leaf']['index']} of that log."
    sys.stdout.write(("\n".join(wrong) or said) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
