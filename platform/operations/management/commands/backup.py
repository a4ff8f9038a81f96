"""`manage.py backup DIR`: writes a back-up of database and files into the folder, while the site goes on."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from operations.archive import Damaged
from operations.backups import back_up
from operations.databases import Failed


class Command(BaseCommand):
    """Prints the path of the back-up; ends with status 1 and leaves no file where it could not be made or read back."""

    help = "Write a back-up of the database and of the site's files into a folder, and read it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it."""
        with translation.override(settings.LANGUAGE_CODE):
            try:
                path, manifest = back_up(options["folder"])
            except (Failed, Damaged, OSError) as error:
                raise CommandError(str(error)) from error
            size = sum(size for size, _digest in manifest.parts.values())
            self.stdout.write(str(path))
            self.stdout.write(
                _(
                    "%(parts)s parts, %(megabytes)s MB, read back and found whole. Newest checkpoint: %(checkpoint)s"
                )
                % {
                    "parts": len(manifest.parts),
                    "megabytes": f"{size / 1_000_000:.1f}",
                    "checkpoint": manifest.about["checkpoint"] or "–",
                }
            )
