"""`manage.py verify_round YEAR`: is the round what its evidence and its seal say?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluations.enums import ObjectKind
from evaluations.results.queries.verification import verification
from evaluations.rounds.models import Round


class Command(BaseCommand):
    """Work out digest and scores of a round anew and compare them with what is stored."""

    help = "Work out the digest and the scores of a round anew; exit with 1 and say where they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        """The data year, and what the round judges."""
        parser.add_argument("year", type=int)
        parser.add_argument("--kind", choices=ObjectKind.values, default=ObjectKind.UNIT.value)

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and report. Raises CommandError (exit 1) on any difference."""
        round_ = (
            Round.objects.select_related("scheme", "snapshot")
            .filter(year=options["year"], kind=options["kind"])
            .first()
        )
        if round_ is None:
            raise CommandError(f"There is no {options['kind']} round of {options['year']}.")
        if round_.snapshot is None:
            raise CommandError("The round has no snapshot, so there is nothing to verify.")
        check = verification(round_)
        if not check.snapshot_fits:
            self.stderr.write(
                f"snapshot: closed with {check.stored_snapshot_digest}, rows now give {check.snapshot_digest}"
            )
        if not check.digest_fits:
            self.stderr.write(f"digest: stored {check.stored_digest}, rows now give {check.digest}")
        for difference in check.differences:
            self.stderr.write(
                f"{difference.place} {difference.field}: stored {difference.stored}, "
                f"worked out {difference.computed}"
            )
        if not check.passed:
            raise CommandError("The round differs from its evidence or its seal.")
        said = "all scores agree" if check.scored else "the snapshot is whole; nothing is scored yet"
        self.stdout.write(f"{round_.year} {round_.kind} {round_.state}: {said}.")
        self.stdout.write(f"digest {check.digest}" + ("" if round_.digest else " (not sealed yet)"))
