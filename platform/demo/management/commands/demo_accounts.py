"""`manage.py demo_accounts`: show the accounts for trying, and their password, once more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.accounts import account_lines, kept_password


class Command(BaseCommand):
    """Print address, accounts and password of the demonstration."""

    help = "Show the accounts of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (DEMO is off).")
        self.stdout.write("\n".join(account_lines(kept_password())))
