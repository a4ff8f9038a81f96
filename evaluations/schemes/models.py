"""A scheme: the rule of an evaluation, as data."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.enums import ObjectKind


class Scheme(models.Model):
    """A scoring scheme (评价方案) in one version; once a round has used it, it is locked."""

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name_zh = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=200)
    note = models.TextField(_("modelled on"), blank=True)
    object_kind = models.CharField(
        pgettext_lazy("what a round judges", "judges"), max_length=10, choices=ObjectKind.choices
    )
    definition = models.JSONField(_("definition"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    edit = models.PositiveIntegerField(_("edit"), default=1)
    """Counts the changes of this version, so that nobody overwrites what they have not seen."""
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True)

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="scheme_version_once")]

    def __str__(self) -> str:
        return f"{self.name_zh} v{self.version}"
