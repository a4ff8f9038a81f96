"""The reporting app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Report runs and their files."""

    name = "reporting"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Let the runs reach the workers."""
        from reporting import runs, tasks

        runs.send_with(tasks.send_to_worker)
