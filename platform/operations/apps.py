"""The app of the operators' commands."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Doctor, back-up, restore."""

    name = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        """Count where somebody asks for the counts."""
        if settings.METRICS_TOKEN:
            from operations import counts

            counts.connect()
