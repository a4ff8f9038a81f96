"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home, my page, health."""

    name = "portal"
