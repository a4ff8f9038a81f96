"""The spans of free time that the feed has told of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OpenSlot(models.Model):
    """A free span (空闲时段) of one station on one local day, as the feed tells it; what is gone stays for some days.

    `modified` counts up over all rows: whoever has read up to a number finds everything newer behind it.
    """

    instrument = models.ForeignKey(
        "instruments.Instrument", verbose_name=_("instrument"), on_delete=models.CASCADE, related_name="+"
    )
    station = models.PositiveSmallIntegerField(pgettext_lazy("at an instrument", "station"), default=1)
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(pgettext_lazy("of a time span", "end"))
    mark = models.CharField(max_length=16)
    """Changes with what is said of the instrument."""
    modified = models.BigIntegerField(unique=True)
    gone_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("published free time")
        verbose_name_plural = _("published free times")
        ordering = ["modified", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="open_slot_interval"),
            models.UniqueConstraint(
                fields=["instrument", "station", "start"],
                condition=models.Q(gone_at=None),
                name="open_slot_told_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id}/{self.station} {self.start:%Y-%m-%d %H:%M}"
