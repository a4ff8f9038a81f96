"""Command: write the search text of every instrument anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from instruments.inventory.actions.search import rebuild_index, reindex
from instruments.inventory.models import Instrument


class Command(BaseCommand):
    """For after a change of the tokeniser or of the list of abbreviations."""

    help = "Write the search text of every instrument anew and rebuild the index."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reindex, and say how many instruments."""
        done = reindex(Instrument.objects.all())
        rebuild_index()
        self.stdout.write(f"{done} instruments indexed")
