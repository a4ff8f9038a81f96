"""Codes of bundles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WhenLost(TextChoices):
    """What becomes of the other parts where one is declined, expires or is taken away (部分落空时)."""

    KEEP = "keep", _("The other parts stay")
    LATER = "later", _("The parts after it are given back")
    ALL = "all", _("All other parts are given back")
