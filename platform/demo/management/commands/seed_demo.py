"""`manage.py seed_demo`: fill an empty database with the invented network."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from demo.accounts import account_lines, choose_password, keep_password, kept_password
from demo.plan import SIZES
from demo.seed import is_empty, seed


class Command(BaseCommand):
    """Refuses production, and a database that holds anything unless told to replace it."""

    help = "Fill an empty database with the invented demonstration network."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing where a network exists")
        parser.add_argument("--force", action="store_true", help="say what --replace would remove")
        parser.add_argument("--replace", action="store_true", help="remove everything first")
        parser.add_argument("--size", choices=sorted(SIZES), default="full")
        parser.add_argument("--quiet", action="store_true", help="print nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and tell who can log in."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (DEMO is off): nothing was changed.")
        quiet = options["quiet"]
        if not is_empty():
            if options["if_empty"] and not options["replace"]:
                self._tell(kept_password(), quiet=quiet)
                return
            if not options["replace"]:
                raise CommandError(self._refusal(told=options["force"]))
            _remove_everything()
        password = choose_password()
        if not quiet:
            self.stdout.write("演示网络准备中 · Preparing the demonstration network …")
        keep_password(password)
        seed(options["size"], password=password, say=(lambda line: None) if quiet else self.stdout.write)
        self._tell(password, quiet=quiet)

    def _tell(self, password: str | None, *, quiet: bool) -> None:
        if not quiet:
            self.stdout.write("\n".join(account_lines(password)))

    def _refusal(self, *, told: bool) -> str:
        if told:
            return (
                "--replace would remove every unit, person, instrument, booking, usage record, round, report and "
                "history entry of this database, and then make the network anew. Nothing was changed."
            )
        return "The database is not empty. Use --if-empty to leave it, or --force to hear what --replace would remove."


def _remove_everything() -> None:
    """Empty all tables. SQLite does so row by row, which the guards of history refuse; flush puts them back."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'catalogue_fts%'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
    call_command("flush", interactive=False, verbosity=0)
