"""The commands, and the script a stranger verifies with: it agrees with ours and believes nothing."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.log import NotInLog, prove
from audit.management.commands.verify_audit import kept_checkpoint
from audit.models import Checkpoint, Entry, Leaf
from audit.proofs import EMPTY_ROOT, is_consistent, is_included
from tests.audit.rows import OTHER, VERB, sealed, take_guards_away, write
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_entry.py"


def stranger():
    """The script as a module."""
    found = importlib.util.spec_from_file_location("verify_entry", SCRIPT)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def said(command: str, *arguments: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_a_stranger_verifies_a_proof_with_plain_python(tmp_path):
    """The printed proof, the script in a Python without our path; the kept checkpoint is asked for."""
    entry = sealed(70, 300, 130, actor=PersonFactory())[99]
    proof = tmp_path / "proof.json"
    proof.write_text(said("prove_audit", str(entry.pk), "--earlier", "70"), "utf-8")
    newest, kept = Checkpoint.objects.get(size=500), Checkpoint.objects.get(size=70)

    def verified(*checkpoints: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(SCRIPT), str(proof), *checkpoints],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        return done.returncode, done.stdout.strip()

    fine = f"Entry {entry.pk} is leaf 99 of that log."
    assert verified() == (0, fine)
    assert verified(str(newest), str(kept)) == (0, fine)
    other = f"70:{newest.root}"
    assert verified(other) == (1, f"The proof is not about checkpoint {other}.")
    told = json.loads(proof.read_text("utf-8"))
    assert (told["entry"]["verb"], told["entry"]["after"]) == (VERB, entry.after)
    told["entry"]["after"]["n"] += 1
    proof.write_text(json.dumps(told), "utf-8")
    assert verified() == (
        1,
        "The entry does not have the hash of its leaf.\nThe entry is not in the log of that checkpoint.",
    )


def test_the_script_is_short_and_knows_nothing_of_ours():
    """At most 100 lines; imports from the standard library alone."""
    text = SCRIPT.read_text("utf-8")
    assert len(text.splitlines()) <= 100
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)) == {
        "__future__", "hashlib", "json", "sys", "typing",
    }  # fmt: skip


def test_the_script_agrees_with_ours():
    """Every leaf, every pair of sizes to 33: both accept the true proof and refuse the same wrong ones."""
    from audit.proofs import consistency_proof, inclusion_proof, leaf_hash, root_of

    theirs = stranger()
    leaves = [leaf_hash(b"%d" % n) for n in range(33)]
    roots = [root_of(leaves[:size]) for size in range(34)]

    def node(start: int, end: int) -> bytes:
        return root_of(leaves[start:end])

    for size in range(1, 34):
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            for case in (
                (leaves[index], index, size, proof, roots[size]),
                (leaves[index - 1], index, size, proof, roots[size]),
                (leaves[index], (index + 1) % size, size, proof, roots[size]),
                (leaves[index], index, size, proof[1:], roots[size]),
                (leaves[index], index, size, [*proof, roots[1]], roots[size]),
                (leaves[index], -1, size, proof, roots[size]),
                (leaves[index], size, size, proof, roots[size]),
            ):
                assert theirs.is_included(*case) == is_included(*case)
            assert theirs.is_included(leaves[index], index, size, proof, roots[size])
        for earlier in range(1, size + 1):
            proof = consistency_proof(earlier, size, node)
            for case in (
                (earlier, size, proof, roots[earlier], roots[size]),
                (earlier, size, proof, roots[earlier - 1], roots[size]),
                (earlier, size, proof[1:], roots[earlier], roots[size]),
                (earlier, size, [*proof, roots[1]], roots[earlier], roots[size]),
                (0, size, proof, EMPTY_ROOT, roots[size]),
                (size + 1, size, proof, roots[earlier], roots[size]),
            ):
                assert theirs.is_consistent(*case) == is_consistent(*case)
            assert theirs.is_consistent(earlier, size, proof, roots[earlier], roots[size])


def test_proofs_from_the_stored_nodes():
    """Across complete subtrees of 256 and a ragged end, against every checkpoint."""
    theirs, entries = stranger(), sealed(3, 253, 1, 400, 143)
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    assert sizes == [3, 256, 257, 657, 800]
    for index in (0, 2, 3, 255, 256, 511, 512, 656, 657, 799):
        for n, size in enumerate(sizes):
            if size <= index:
                with pytest.raises(
                    NotInLog, match=f"Checkpoint {size} is older than entry {entries[index].pk}"
                ):
                    prove(entries[index].pk, size=size)
                continue
            for earlier in sizes[: n + 1]:
                proof = json.loads(json.dumps(prove(entries[index].pk, size=size, earlier=earlier)))
                kept = [f"{one}:{Checkpoint.objects.get(size=one).root}" for one in (earlier, size)]
                assert theirs.faults(proof, kept) == []
    assert prove(entries[5].pk)["checkpoint"]["size"] == 800


def test_what_cannot_be_proved():
    """An unknown or unsealed entry, an unknown checkpoint, a later one as the earlier."""
    with pytest.raises(CommandError, match="There is no entry 99"):
        said("prove_audit", "99")
    (entry,) = write(1)
    with pytest.raises(CommandError, match=f"Entry {entry.pk} is not yet sealed"):
        said("prove_audit", str(entry.pk))
    assert said("seal_audit", "--once") == "1 entries sealed.\n"
    sealed(2)
    with pytest.raises(CommandError, match="There is no checkpoint of size 2"):
        said("prove_audit", str(entry.pk), "--checkpoint", "2")
    with pytest.raises(CommandError, match="Checkpoint 3 is not earlier than 1"):
        said("prove_audit", str(entry.pk), "--checkpoint", "1", "--earlier", "3")


def test_verify_audit_says_what_it_verified():
    """Entries, what waits and for how long, and the checkpoint to keep."""
    assert said("verify_audit") == "No entry waits for its leaf.\n0 sealed entries, the log is whole.\n"
    sealed(4, 2)
    write(3)
    newest = Checkpoint.objects.get(size=6)
    assert re.fullmatch(
        r"3 entries wait for their leaf, the oldest for \d+ s\.\n6 sealed entries, the log is whole\.\n"
        rf"Newest checkpoint, to be kept outside: {newest}\n",
        said("verify_audit"),
    )


def test_a_kept_checkpoint_is_compared():
    """The true one passes, also in capitals; another root or a size that never was does not."""
    sealed(4, 2)
    first, newest = Checkpoint.objects.order_by("size")
    assert "whole" in said(
        "verify_audit", "--checkpoint", str(first), "--checkpoint", f"6:{newest.root.upper()}"
    )
    for size in (6, 7):
        with pytest.raises(CommandError, match=f"not the one whose checkpoint {size} was kept"):
            said("verify_audit", "--checkpoint", f"{size}:{first.root}")
    with pytest.raises(CommandError, match="whose checkpoint 6 was kept"):
        said("verify_audit", "--checkpoint", str(newest), "--checkpoint", f"6:{first.root}")


@pytest.mark.parametrize("text", ["", "6", "6:", "x:" + "0" * 64, "6:" + "0" * 63, "0:" + "0" * 64])
def test_what_is_no_checkpoint(text):
    """SIZE:ROOT, nothing else."""
    with pytest.raises(argparse.ArgumentTypeError, match="is not SIZE:ROOT"):
        kept_checkpoint(text)


def test_a_missing_guard_and_a_fault_are_both_named():
    """The officer learns everything at once."""
    sealed(2)
    take_guards_away()
    Entry.objects.filter(pk=Leaf.objects.get(index=1).entry_id).update(verb=OTHER)
    with pytest.raises(CommandError) as refused:
        said("verify_audit")
    assert "the database guard audit_append_only_update is missing" in str(refused.value)
    assert "- what leaf 1 sealed is not what its entry says" in str(refused.value)
