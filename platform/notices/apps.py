"""The notices app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from changes.runner import write_notices_with


class NoticesConfig(AppConfig):
    """Messages to people and public announcements."""

    name = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Offer the writer of notices to the write path."""
        from notices.send import write_all

        write_notices_with(write_all)
