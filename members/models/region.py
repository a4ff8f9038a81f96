"""The twelve leagues and cities."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import RegionKind


class Region(models.Model):
    """A league or city (盟市), by its GB/T 2260 code."""

    code = models.CharField(_("code"), max_length=6, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=20)
    name_en = models.CharField(_("name (English)"), max_length=40)
    kind = models.CharField(_("kind"), max_length=6, choices=RegionKind.choices)
    seat_lon = models.DecimalField(_("longitude of the seat"), max_digits=8, decimal_places=5)
    seat_lat = models.DecimalField(_("latitude of the seat"), max_digits=8, decimal_places=5)
    hu_bao_e_wu = models.BooleanField(_("one of Hohhot, Baotou, Ordos, Ulanqab"), default=False)

    class Meta:
        verbose_name = _("league or city")
        verbose_name_plural = _("leagues and cities")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh
