"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home, my page, health."""

    name = "portal"

    def ready(self) -> None:
        """Join the rooms that may not know each other."""
        from portal.kept_pages import subscribe_pages
        from portal.report_notices import register_report_notices

        register_report_notices()
        subscribe_pages()
