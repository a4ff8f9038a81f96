"""Codes of values entered by hand."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JudgeRole(TextChoices):
    """As what somebody gave a score."""

    EXPERT = "expert", _("Expert")
    OFFICER = "officer", _("Department officer")
