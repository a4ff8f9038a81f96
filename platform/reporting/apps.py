"""The reporting app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Report runs and their files."""

    name = "reporting"
    verbose_name = _("Reports")
