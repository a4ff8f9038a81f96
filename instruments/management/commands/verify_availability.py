"""Command: compare the kept index of free time with the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from instruments.availability.queries.keeping import verified


class Command(BaseCommand):
    """Also run every night; to be run by hand after anything was written past the site."""

    help = "Compare the kept index of free time with the database, and make it anew."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many differences there were. Raises CommandError where there were any."""
        differences = verified(timezone.now())
        if differences:
            raise CommandError(f"{differences} differences; the index was made anew.")
        self.stdout.write("0 differences")
