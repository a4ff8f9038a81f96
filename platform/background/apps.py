"""The background app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackgroundConfig(AppConfig):
    """Heartbeats and the serve command."""

    name = "background"
    verbose_name = _("Background work")

    def ready(self) -> None:
        """Let the id of a request go with the tasks it starts."""
        from background import request_ids

        request_ids.connect()
