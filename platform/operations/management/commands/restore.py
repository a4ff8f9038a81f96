"""`manage.py restore FILE`: returns the stopped site to a back-up; all that opened it before opens nothing any more."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from operations.archive import Damaged, verify
from operations.databases import Failed
from operations.restoring import Refused, restore


class Command(BaseCommand):
    """Looks at the whole file before it touches anything; ends with status 1 where it did not restore."""

    help = "Return database and files to a back-up. The site must be stopped."
    # The checks read tables, which may not be there yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--force",
            action="store_true",
            help="take the place of a database or of folders that are not empty",
        )
        parser.add_argument(
            "--verify", action="store_true", help="only read the back-up and say whether it is whole"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Restore, or only verify."""
        with translation.override(settings.LANGUAGE_CODE):
            try:
                if options["verify"]:
                    manifest = verify(options["file"])
                    said = _("The back-up of %(moment)s is whole: %(parts)s parts.")
                    self.stdout.write(
                        said % {"moment": manifest.about["made_at"], "parts": len(manifest.parts)}
                    )
                    return
                row = restore(options["file"], force=options["force"])
            except Damaged as error:
                raise CommandError("\n".join([_("The back-up is damaged:"), *error.faults])) from error
            except (Failed, Refused, OSError) as error:
                raise CommandError(str(error)) from error
            self.stdout.write(
                _(
                    "Restored to %(moment)s. All sessions, access tokens and mailed links from before are ended. "
                    "The history is whole."
                )
                % {"moment": row.made_at.isoformat()}
            )
