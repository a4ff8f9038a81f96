"""The webapi app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebapiConfig(AppConfig):
    """Access tokens and stored answers."""

    name = "webapi"
    verbose_name = _("Programming interface")
