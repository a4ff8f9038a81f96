"""`manage.py scheme_schema`: the JSON Schema of the definition of a scheme, for editors and other programs."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.scoring.parsing import scheme_schema


class Command(BaseCommand):
    """Print the JSON Schema of a scheme's definition."""

    help = "Print the JSON Schema (2020-12) of a scheme's definition."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(json.dumps(scheme_schema(), ensure_ascii=False, indent=2))
