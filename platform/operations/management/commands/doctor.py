"""`manage.py doctor`: one line a check, what is so and what to do; ends with status 1 where there is a fault."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from operations.doctor import examine
from operations.findings import Level


class Command(BaseCommand):
    """Looks at everything the site rests on and changes nothing, but for guards with --mend."""

    help = "Look at everything the site rests on: one line a check, ok, warning or fault, and what to do."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Allow mending, and choose the language."""
        parser.add_argument(
            "--mend", action="store_true", help="put back missing or disabled guards of the database"
        )
        codes = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=codes, default=settings.LANGUAGE_CODE)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what was found; end with 1 where there is a fault."""
        count = dict.fromkeys(Level, 0)
        with translation.override(options["language"]):
            for name, found in examine(mend=options["mend"]):
                count[found.level] += 1
                todo = f" → {found.todo}" if found.todo else ""
                self.stdout.write(f"[{found.level.word}] {name}: {found.said}{todo}")
                self.stdout.flush()
            self.stdout.write(
                _("%(ok)s ok, %(warnings)s warnings, %(faults)s faults.")
                % {"ok": count[Level.OK], "warnings": count[Level.WARNING], "faults": count[Level.FAULT]}
            )
        if count[Level.FAULT]:
            sys.exit(1)
