"""The display room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class DisplayConfig(AppConfig):
    """Template tags and the component templates; no models."""

    name = "display"
    verbose_name = "display"
