"""`manage.py verify_audit`: walks the history's log from its first leaf to its newest checkpoint."""

from __future__ import annotations

import argparse
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.verifying import Findings, Kept, verify
from safeguards.triggers import missing

_KEPT = re.compile(r"(\d+):([0-9a-fA-F]{64})")


def kept_checkpoint(text: str) -> Kept:
    """Read SIZE:ROOT. Raises ArgumentTypeError for anything else."""
    found = _KEPT.fullmatch(text.strip())
    if found is None or int(found.group(1)) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not SIZE:ROOT, as verify_audit prints it.")
    return int(found.group(1)), found.group(2)


class Command(BaseCommand):
    """Ends with status 1 where an entry, leaf or root does not fit, or a guard is missing."""

    help = "Verify that the audit history is whole and its database guards are in place."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take checkpoints that were kept outside."""
        parser.add_argument(
            "--checkpoint",
            type=kept_checkpoint,
            action="append",
            default=[],
            metavar="SIZE:ROOT",
            help="a checkpoint printed by an earlier run: the log must still begin with it (may be repeated)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say every kind of fault, or how much was verified and the checkpoint to keep."""
        wrong = [
            f"the database guard {name} is missing (run doctor --mend to put it back)" for name in missing()
        ]
        found = verify(options["checkpoint"])
        self.stdout.write(_waiting(found))
        wrong += found.sentences()
        if wrong:
            raise CommandError(
                "The history is not whole:\n" + "\n".join(f"- {sentence}" for sentence in wrong)
            )
        self.stdout.write(f"{found.size} sealed entries, the log is whole.")
        if found.newest is not None:
            self.stdout.write(f"Newest checkpoint, to be kept outside: {found.newest}")


def _waiting(found: Findings) -> str:
    if found.oldest_unsealed is None:
        return "No entry waits for its leaf."
    seconds = (timezone.now() - found.oldest_unsealed).total_seconds()
    return f"{found.unsealed} entries wait for their leaf, the oldest for {seconds:.0f} s."
