"""Command: load the shipped reference lists."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from changes import perform
from instruments.inventory.actions.reference import load_reference


class Command(BaseCommand):
    """Writes regions, application fields and instrument classes; may be run again at any time."""

    help = "Load regions, application fields and instrument classes; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how many rows each list holds."""
        loaded = perform(None, load_reference)
        self.stdout.write(
            f"{loaded.regions} regions, {loaded.fields} application fields, {loaded.classes} instrument classes"
        )
