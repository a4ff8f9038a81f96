"""`manage.py load_schemes`: the schemes that ship with the project, as rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from changes import perform
from evaluations.schemes.actions import load_presets


class Command(BaseCommand):
    """Load the preset schemes that are not there yet; may be repeated."""

    help = "Load the preset evaluation schemes that are not there yet; may be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say which."""
        created = perform(None, load_presets)
        for scheme in created:
            self.stdout.write(f"{scheme.code} v{scheme.version}: {scheme.name_zh}")
        self.stdout.write(f"{len(created)} scheme(s) created.")
