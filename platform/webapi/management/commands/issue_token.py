"""`manage.py issue_token EMAIL`: make an access token for a person and print it, and nothing else."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from changes import perform
from webapi import tokens


class Command(BaseCommand):
    """Prints the text of the new token on standard output; it cannot be shown again."""

    help = "Make a personal access token and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, scopes, life and name."""
        parser.add_argument("email")
        parser.add_argument("--scope", action="append", choices=tokens.SCOPES, help="may be given twice")
        parser.add_argument("--days", type=int, default=90, help="1 to 366, 90 unless told")
        parser.add_argument("--name", default="issue_token")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print the token. Raises CommandError for an unknown or inactive person or bad wishes."""
        people = get_user_model()._default_manager
        person = people.filter(email=options["email"].strip().lower(), is_active=True).first()
        if person is None:
            raise CommandError("No active person has this e-mail address.")
        try:
            text, _token = perform(
                person,
                tokens.issue,
                person,
                name=options["name"],
                scopes=options["scope"] or [tokens.READ],
                days=options["days"],
            )
        except tokens.InvalidToken as error:
            raise CommandError(" ".join(str(message) for message in error.fields.values())) from error
        self.stdout.write(text)
