"""`manage.py prove_audit ENTRY`: prints the proof that an entry is in the log; `docs/verify_entry.py` verifies it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.log import NotInLog, prove


class Command(BaseCommand):
    """Ends with status 1 where the entry is not, or not yet, in the log of that checkpoint."""

    help = "Print a proof, as JSON, that an entry of the history is in its log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the entry's number and, where not the newest is meant, the checkpoint's size."""
        parser.add_argument("entry", type=int, help="the number of the entry")
        parser.add_argument("--checkpoint", type=int, metavar="SIZE", help="the newest, where not given")
        parser.add_argument(
            "--earlier",
            type=int,
            metavar="SIZE",
            help="prove as well that the log only grew since this checkpoint",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the proof."""
        try:
            proof = prove(options["entry"], size=options["checkpoint"], earlier=options["earlier"])
        except NotInLog as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(proof, ensure_ascii=False, indent=1))
