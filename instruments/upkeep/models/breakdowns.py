"""Break-downs: because of a fault an instrument, or some stations of it, stand still for a while."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.terms.rules.intervals import Interval
from instruments.upkeep.models.faults import Fault
from instruments.upkeep.rules.outages import Outage


class Breakdown(models.Model):
    """A break-down (故障停机): because of a fault an instrument, or some stations of it, stand still for a while."""

    fault = models.OneToOneField(
        Fault, verbose_name=_("fault of an instrument"), on_delete=models.PROTECT, related_name="breakdown"
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        related_name="breakdowns",
    )
    stations = models.JSONField(_("stations"), default=list, help_text=_("Empty means all of them."))
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(_("expected end"))
    reason = models.CharField(_("what people are told"), max_length=1000)
    is_under_repair = models.BooleanField(_("the instrument was put under repair"), default=False)
    stopped_by = models.ForeignKey(
        "members.Person", verbose_name=_("who stopped it"), on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(pgettext_lazy("of a break-down", "over"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    told = 0
    """How many people the last change of it told what becomes of their bookings."""

    class Meta:
        verbose_name = _("break-down")
        verbose_name_plural = _("break-downs")
        ordering = ["-start", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="breakdown_interval"),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=models.Q(ended_at=None),
                name="one_breakdown_of_an_instrument",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.start:%Y-%m-%d}"

    @property
    def is_standing(self) -> bool:
        """Tell whether it is not over yet."""
        return self.ended_at is None

    @property
    def outage(self) -> Outage:
        """Which stations nobody can use, and when; the instrument is read where it is not at hand."""
        stations = tuple(self.stations) or tuple(range(1, self.instrument.station_count + 1))
        return Outage(stations, Interval(self.start, self.end))


class BreakdownBlock(models.Model):
    """One time that is held for a break-down, as upkeep on one station."""

    breakdown = models.ForeignKey(Breakdown, on_delete=models.PROTECT, related_name="blocks")
    booking = models.OneToOneField("instruments.Booking", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("time held for a break-down")
        verbose_name_plural = _("times held for break-downs")

    def __str__(self) -> str:
        return f"{self.breakdown_id} {self.booking_id}"
