"""Installs every registered guard after each migration, and readies each connection for them."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from safeguards.displacing import ask_delete_triggers


def _install(sender: AppConfig, using: str = "default", **_kwargs: Any) -> None:
    from safeguards.constraints import restore
    from safeguards.triggers import install

    install(using)
    restore(sender, using)


def _ready(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    ask_delete_triggers(connection)


class SafeguardsConfig(AppConfig):
    """A rebuild of a SQLite table drops its triggers, so they are put back after every migrate."""

    name = "safeguards"

    def ready(self) -> None:
        """Ask Django to tell us of each new connection, and when the last app has been migrated."""
        connection_created.connect(_ready, dispatch_uid="safeguards.ready")
        post_migrate.connect(_install, dispatch_uid="safeguards.install")
