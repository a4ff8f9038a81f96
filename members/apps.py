"""The members app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Regions, units, people and their roles."""

    name = "members"
    verbose_name = _("Units and people")
