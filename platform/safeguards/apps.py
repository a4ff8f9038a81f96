"""Takes the triggers away before a migration, puts them back after it, and readies each connection for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from safeguards.displacing import ask_delete_triggers


def _take_away(
    sender: AppConfig, using: str = "default", plan: Sequence[object] = (), **_kwargs: Any
) -> None:
    from safeguards.triggers import take_away

    if plan:
        take_away(using)


def _install(sender: AppConfig, using: str = "default", **_kwargs: Any) -> None:
    from safeguards.constraints import restore
    from safeguards.triggers import install

    # Every app that has models is told of, when all tables stand: one of them is enough for all guards.
    if sender is next(app for app in apps.get_app_configs() if app.models_module is not None):
        install(using)
    restore(sender, using)


def _ready(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    ask_delete_triggers(connection)


class SafeguardsConfig(AppConfig):
    """SQLite rebuilds a table to change it, which its triggers would not outlive and those of others would stop."""

    name = "safeguards"

    def ready(self) -> None:
        """Ask Django to tell us of each new connection, and before and after apps are migrated."""
        connection_created.connect(_ready, dispatch_uid="safeguards.ready")
        pre_migrate.connect(_take_away, dispatch_uid="safeguards.take_away")
        post_migrate.connect(_install, dispatch_uid="safeguards.install")
