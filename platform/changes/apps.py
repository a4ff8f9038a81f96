"""The room of the write path; it has no tables of its own."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """Named so that its texts are found."""

    name = "changes"
