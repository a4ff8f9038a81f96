"""`manage.py verify_audit`: walks the hash chain of the history from its first entry to its head."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.chain import first_break
from audit.models import Entry
from safeguards.triggers import missing


class Command(BaseCommand):
    """Ends with status 1 where an entry was altered, removed or inserted, or a guard is missing."""

    help = "Verify that the audit history is whole and its database guards are in place."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Walk the chain and say the first sequence number that does not fit."""
        absent = missing()
        if absent:
            raise CommandError(
                f"Database guards are missing: {', '.join(absent)}. Run migrate to put them back."
            )
        broken = first_break()
        if broken is not None:
            raise CommandError(f"The history does not fit from entry {broken} on.")
        self.stdout.write(f"{Entry.objects.count()} entries, the chain is whole.")
