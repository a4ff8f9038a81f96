"""Codes of schemes."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Grade(TextChoices):
    """优秀, 良好, 合格, 不合格."""

    EXCELLENT = "excellent", pgettext_lazy("grade", "Excellent")
    GOOD = "good", pgettext_lazy("grade", "Good")
    PASS = "pass", pgettext_lazy("grade", "Pass")
    FAIL = "fail", pgettext_lazy("grade", "Fail")
