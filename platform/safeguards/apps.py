"""Installs every registered trigger after each migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _install(sender: AppConfig, using: str = "default", **_kwargs: Any) -> None:
    from safeguards.triggers import install  # noqa: PLC0415 - models must be loaded first

    install(using)


class SafeguardsConfig(AppConfig):
    """A rebuild of a SQLite table drops its triggers, so they are put back after every migrate."""

    name = "safeguards"

    def ready(self) -> None:
        """Ask Django to tell us when the last app has been migrated."""
        post_migrate.connect(_install, dispatch_uid="safeguards.install")
