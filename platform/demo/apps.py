"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The invented network."""

    name = "demo"
