"""Reference lists: instrument classes and application fields."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InstrumentClass(models.Model):
    """A class of large instruments (大型科学仪器设备分类), in one of the orders in use (`scheme`)."""

    scheme = models.CharField(pgettext_lazy("of classes", "order"), max_length=20, default="nrii")
    code = models.CharField(_("code"), max_length=6)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1)
    level = models.PositiveSmallIntegerField(_("level"))
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("instrument class")
        verbose_name_plural = _("instrument classes")
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="class_code_once"),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=3), name="class_level"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class ApplicationField(models.Model):
    """An application field (学科领域): first-level disciplines of GB/T 13745-2009, as data."""

    code = models.CharField(_("code"), max_length=3, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=100)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("application field")
        verbose_name_plural = _("application fields")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh
