"""The terms of use of one instrument: opening hours, policy, rates."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from changes.remembered import Given
from display.formats import local_datetime, money
from members.enums import UserCategory


def held_between(first: dt.date | Given, last: dt.date | Given | None = None) -> models.Q:
    """Periods that hold on some local day from `first` to `last` (both included; None: for ever)."""
    held = models.Q(valid_to=None) | models.Q(valid_to__gt=first)
    return held if last is None else held & models.Q(valid_from__lte=last)


class OpeningPeriodQuerySet(models.QuerySet["OpeningPeriod"]):
    """Filters of weekly periods."""

    def touching(self, first: dt.date, last: dt.date | None = None) -> OpeningPeriodQuerySet:
        """Those that hold then, as `held_between` says."""
        return self.filter(held_between(first, last))


class OpeningPeriod(models.Model):
    """Weekly opening time [opens, closes) in minutes after local midnight; weekday 0 is Monday. 1440 is midnight.

    It holds on the local days [valid_from, valid_to); the periods that hold on a day are the week of that day, none
    at all means closed.
    """

    instrument = models.ForeignKey(
        "instruments.Instrument", on_delete=models.CASCADE, related_name="opening_periods"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.PositiveSmallIntegerField(_("opens (minutes after midnight)"))
    closes = models.PositiveSmallIntegerField(_("closes (minutes after midnight)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)

    objects = OpeningPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening period")
        verbose_name_plural = _("opening periods")
        ordering = ["instrument", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="opening_weekday"),
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens"), closes__lte=1440),
                name="opening_closes_after_it_opens",
            ),
            models.UniqueConstraint(
                fields=["instrument", "valid_from", "weekday", "opens"], name="opening_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="opening_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}–{self.closes}"


class OpeningException(models.Model):
    """A dated exception [start, end): closed although the week says open, or open although it says closed."""

    instrument = models.ForeignKey(
        "instruments.Instrument", on_delete=models.CASCADE, related_name="opening_exceptions"
    )
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(pgettext_lazy("of a time span", "end"))
    is_open = models.BooleanField(pgettext_lazy("on this day", "open"), default=False)
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("exception to the opening hours")
        verbose_name_plural = _("exceptions to the opening hours")
        ordering = ["instrument", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="opening_exception_interval"
            ),
        ]
        # What overlaps a time is what ends after it begins: history is not read.
        indexes = [
            models.Index(fields=["instrument", "end"], name="exception_instrument_end"),
            models.Index(fields=["end"], name="exception_end"),
        ]

    def __str__(self) -> str:
        return local_datetime(self.start, get_language())

    @property
    def anchor(self) -> str:
        """The name of this exception on a page."""
        return f"exception-{self.pk}"


class BookingPolicy(models.Model):
    """The booking rules of one instrument; lengths in minutes unless the name says otherwise."""

    instrument = models.OneToOneField(
        "instruments.Instrument", on_delete=models.CASCADE, related_name="policy"
    )
    approval_required = models.BooleanField(_("approval needed"), default=True)
    shortest_minutes = models.PositiveIntegerField(_("shortest booking (minutes)"), default=30)
    longest_minutes = models.PositiveIntegerField(_("longest booking (minutes)"), default=480)
    step_minutes = models.PositiveSmallIntegerField(_("step (minutes)"), default=30)
    notice_minutes = models.PositiveIntegerField(_("notice (minutes)"), default=60)
    horizon_days = models.PositiveSmallIntegerField(_("horizon (days)"), default=60)
    cancel_cutoff_minutes = models.PositiveIntegerField(_("cancellation until (minutes before)"), default=0)
    request_expiry_hours = models.PositiveSmallIntegerField(_("a request expires after (hours)"), default=48)
    check_in_early_minutes = models.PositiveSmallIntegerField(
        _("check-in opens (minutes before)"), default=30
    )
    no_show_minutes = models.PositiveSmallIntegerField(_("no-show after (minutes late)"), default=30)

    class Meta:
        verbose_name = _("booking policy")
        verbose_name_plural = _("booking policies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    step_minutes__gte=5,
                    shortest_minutes__gte=models.F("step_minutes"),
                    longest_minutes__gte=models.F("shortest_minutes"),
                    horizon_days__gte=1,
                    request_expiry_hours__gte=1,
                ),
                name="policy_makes_sense",
            ),
        ]

    def __str__(self) -> str:
        return str(self.instrument)


class Rate(models.Model):
    """Price per hour for one user category, valid from a day until the next rate of that category begins.

    Validity has no end column, so two rates of one category can never overlap.
    """

    instrument = models.ForeignKey("instruments.Instrument", on_delete=models.CASCADE, related_name="rates")
    category = models.CharField(_("user category"), max_length=10, choices=UserCategory.choices)
    yuan_per_hour = models.DecimalField(
        _("yuan per hour"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = pgettext_lazy("price", "rate")
        verbose_name_plural = pgettext_lazy("price", "rates")
        ordering = ["instrument", "category", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "category", "valid_from"], name="one_rate_per_day"),
            models.CheckConstraint(condition=models.Q(yuan_per_hour__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=models.Q(category__in=UserCategory.values), name="rate_category_known"
            ),
        ]

    @property
    def anchor(self) -> str:
        """Name this row on a page."""
        return f"rate-{self.pk}"

    def __str__(self) -> str:
        return f"{self.get_category_display()} · {money(self.yuan_per_hour)}"
