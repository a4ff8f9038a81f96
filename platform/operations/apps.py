"""The app of the operators' commands."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Doctor, back-up, restore."""

    name = "operations"
    verbose_name = _("Operations")
