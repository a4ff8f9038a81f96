"""Codes of schemes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Grade(TextChoices):
    """优秀, 良好, 合格, 不合格."""

    EXCELLENT = "excellent", _("Excellent")
    GOOD = "good", _("Good")
    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
