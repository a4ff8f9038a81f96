"""Codes of usage records; the national record's own terms stand in the docstrings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UserKind(TextChoices):
    """Internal or external to the owning legal person (服务对象 120 / 130)."""

    INTERNAL = "internal", _("Internal user")
    EXTERNAL = "external", _("External user")


class UsageSource(TextChoices):
    """How a usage record came to be."""

    BOOKING = "booking", _("Completed booking")
    STEWARD = "steward", _("Entered by the steward")
    IMPORT = "import", _("Imported file")
    API = "api", _("Pushed by the unit's system")
