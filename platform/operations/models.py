"""What was restored and when: whatever opened the site before that moment opens nothing after it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class Restore(models.Model):
    """One return to a back-up: sessions, tokens and mailed links from before `at` are dead, whatever it held."""

    at = models.DateTimeField(_("restored"))
    made_at = models.DateTimeField(_("back-up made"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("restore")
        verbose_name_plural = _("restores")
        ordering = ["-at"]

    def __str__(self) -> str:
        return date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
