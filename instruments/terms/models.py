"""The terms of use of one instrument: opening hours, policy, rates."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from changes.remembered import Given
from display.formats import local_datetime, money
from instruments.terms.enums import WEEKDAYS, Attachments, Nights, OwnOverlaps
from instruments.terms.rules.bookers import ALL_CATEGORIES
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
    keeps_holidays = models.BooleanField(_("keeps public holidays"), default=False)

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


class Holiday(models.Model):
    """A public holiday (法定节假日) or shifted working day (调休) of the whole network, as the state has ordered it.

    On such a day periods that keep holidays are those of the weekday it is worked like, 0 is Monday; none on a day off.
    """

    day = models.DateField(_("day"), unique=True)
    works_like = models.PositiveSmallIntegerField(
        _("is worked like a"), null=True, blank=True, choices=list(enumerate(WEEKDAYS))
    )
    name_zh = models.CharField(_("name (Chinese)"), max_length=50)
    name_en = models.CharField(_("name (English)"), max_length=50)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("public holiday or shifted working day")
        verbose_name_plural = _("public holidays and shifted working days")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(works_like=None) | models.Q(works_like__lte=6), name="holiday_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name_zh}"


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
    """The booking rules of one instrument, or of a unit for its instruments that have none of their own.

    Lengths in minutes unless the name says otherwise; a limit that is empty does not hold. Hours of a person and of a
    group are those held on one instrument, in a local day, week (from Monday) or month.
    """

    instrument = models.OneToOneField(
        "instruments.Instrument", null=True, blank=True, on_delete=models.CASCADE, related_name="policy"
    )
    unit = models.OneToOneField(
        "members.MemberUnit", null=True, blank=True, on_delete=models.CASCADE, related_name="policy"
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    approval_required = models.BooleanField(_("approval needed"), default=True)
    approval_outsiders_only = models.BooleanField(
        _("only people of other units need approval"), default=False
    )
    approval_over_hours = models.PositiveSmallIntegerField(
        _("only bookings longer than this need approval (hours)"), null=True, blank=True
    )
    shortest_minutes = models.PositiveIntegerField(_("shortest booking (minutes)"), default=30)
    longest_minutes = models.PositiveIntegerField(_("longest booking (minutes)"), default=480)
    step_minutes = models.PositiveSmallIntegerField(_("step (minutes)"), default=30)
    notice_minutes = models.PositiveIntegerField(_("notice (minutes)"), default=60)
    horizon_days = models.PositiveSmallIntegerField(_("horizon (days)"), default=60)
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("kept free before a booking (minutes)"), default=0
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        _("kept free after a booking (minutes)"), default=0
    )
    own_gap_minutes = models.PositiveIntegerField(
        _("between two bookings of one person (minutes)"), default=0
    )
    most_open = models.PositiveSmallIntegerField(
        _("open bookings of one person at most"), null=True, blank=True
    )
    person_day_hours = models.PositiveSmallIntegerField(
        _("a person at most a day (hours)"), null=True, blank=True
    )
    person_week_hours = models.PositiveSmallIntegerField(
        _("a person at most a week (hours)"), null=True, blank=True
    )
    person_month_hours = models.PositiveSmallIntegerField(
        _("a person at most a month (hours)"), null=True, blank=True
    )
    group_day_hours = models.PositiveSmallIntegerField(
        _("a unit at most a day (hours)"), null=True, blank=True
    )
    group_week_hours = models.PositiveSmallIntegerField(
        _("a unit at most a week (hours)"), null=True, blank=True
    )
    group_month_hours = models.PositiveSmallIntegerField(
        _("a unit at most a month (hours)"), null=True, blank=True
    )
    nights = models.CharField(_("at night"), max_length=10, choices=Nights.choices, default=Nights.ALLOWED)
    night_begins = models.TimeField(_("the night begins"), default=dt.time(22))
    night_ends = models.TimeField(_("the night ends"), default=dt.time(6))
    night_week_hours = models.PositiveSmallIntegerField(
        _("a person at most a week at night (hours)"), null=True, blank=True
    )
    peak_begins = models.TimeField(_("busy hours begin, Monday to Friday"), default=dt.time(9))
    peak_ends = models.TimeField(_("busy hours end"), default=dt.time(17))
    peak_longest_minutes = models.PositiveIntegerField(
        _("longest booking in busy hours (minutes)"), null=True, blank=True
    )
    peak_week_hours = models.PositiveSmallIntegerField(
        _("a person at most a week in busy hours (hours)"), null=True, blank=True
    )
    own_overlap = models.CharField(
        _("who holds the same time elsewhere"),
        max_length=10,
        choices=OwnOverlaps.choices,
        default=OwnOverlaps.CONFIRM,
    )
    cancel_cutoff_minutes = models.PositiveIntegerField(_("cancellation until (minutes before)"), default=0)
    request_expiry_hours = models.PositiveSmallIntegerField(_("a request expires after (hours)"), default=48)
    requests_hold_hours = models.PositiveSmallIntegerField(
        _("a request holds its time (hours)"),
        null=True,
        blank=True,
        help_text=_("Empty: until it is decided; 0: others may ask for the same time, and you choose."),
    )
    check_in_early_minutes = models.PositiveSmallIntegerField(
        _("check-in opens (minutes before)"), default=30
    )
    no_show_minutes = models.PositiveSmallIntegerField(_("no-show after (minutes late)"), default=30)
    lent_out = models.BooleanField(
        _("lent out for whole days"),
        default=False,
        help_text=_("Movable equipment: people take it along, and say where. Set its hours to 00:00–24:00."),
    )
    open_to = models.CharField(_("user categories that may book"), max_length=60, default=ALL_CATEGORIES)
    named_people = models.TextField(
        _("only these people (e-mail addresses, one a line)"), max_length=12000, blank=True, default=""
    )
    attachments = models.CharField(
        _("files with a booking"), max_length=5, choices=Attachments.choices, default=Attachments.NO
    )
    questions = models.TextField(_("questions to whoever books"), max_length=4000, blank=True, default="")

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
            models.CheckConstraint(
                condition=models.Q(instrument__isnull=False, unit__isnull=True)
                | models.Q(instrument__isnull=True, unit__isnull=False),
                name="policy_of_an_instrument_or_a_unit",
            ),
            models.CheckConstraint(condition=models.Q(nights__in=Nights.values), name="policy_nights_known"),
            models.CheckConstraint(
                condition=models.Q(own_overlap__in=OwnOverlaps.values), name="policy_own_overlap_known"
            ),
            models.CheckConstraint(
                condition=models.Q(attachments__in=Attachments.values), name="policy_attachments_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.instrument or self.unit)


class InstrumentLink(models.Model):
    """An instrument that is always used together with another of its unit (联用仪器), which may be used alone."""

    instrument = models.ForeignKey("instruments.Instrument", on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey("instruments.Instrument", on_delete=models.CASCADE, related_name="linked_from")

    class Meta:
        verbose_name = _("instrument used together")
        verbose_name_plural = _("instruments used together")
        ordering = ["instrument", "other"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "other"], name="link_once"),
            models.CheckConstraint(
                condition=~models.Q(instrument=models.F("other")), name="link_not_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.other_id}"


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
