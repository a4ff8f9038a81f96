"""`manage.py demo`: make the demonstration where there is none, tell its accounts, serve it: all of `make demo`."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from demo.seed import is_empty


class Command(BaseCommand):
    """One process for all steps, for each start costs seconds; static files are collected beside it."""

    help = "Prepare the demonstration network and serve it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, tell, and turn into `serve`."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (DEMO is off).")
        program = [sys.executable, str(Path(settings.ROOT) / "manage.py")]
        collecting = subprocess.Popen([*program, "collectstatic", "-v", "0", "--no-input"])
        call_command("migrate", verbosity=0)
        if is_empty():
            call_command("seed_demo", quiet=True)
        else:
            call_command("load_reference", stdout=StringIO())
        call_command("seed_demo", if_empty=True, stdout=self.stdout)
        self.stdout.flush()
        if collecting.wait():
            raise CommandError("The static files could not be collected.")
        call_command("serve")
