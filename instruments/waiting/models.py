"""Wishes on wait lists, and the offers that were made for them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.waiting.enums import OPEN, Answer, WaitState

LONGEST_MINUTES = 44_640
LONGEST_WINDOW = dt.timedelta(days=366)


class WaitQuerySet(models.QuerySet["WaitEntry"]):
    """Chainable filters."""

    def in_line(self) -> WaitQuerySet:
        """Wishes that keep their place, first come first."""
        return self.filter(state__in=OPEN).order_by("joined_at", "pk")


class WaitEntry(models.Model):
    """A wish on a wait list (候补): so many minutes in [start, end), on one of some instruments.

    As long as the window it is a slot of one instrument, and no other time will do. Where it is about more than one,
    `wanted` says about which kind (`technique:icp-ms`, `words:XRD`), and the names say it in words.
    """

    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("a person", "for"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    wanted = models.CharField(_("kind of instruments"), max_length=60, blank=True)
    area = models.CharField(_("only in"), max_length=60, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=150, blank=True)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    places = models.ManyToManyField("instruments.Instrument", verbose_name=_("instruments"), related_name="+")
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(pgettext_lazy("of a time span", "end"))
    minutes = models.PositiveIntegerField(_("length (minutes)"))
    last_start = models.DateTimeField(_("last start"))
    any_hour = models.BooleanField(_("nights and weekends too"), default=False)
    said = models.JSONField(_("what the form of a booking asks"), default=dict)
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=10,
        choices=WaitState.choices,
        default=WaitState.WAITING,
    )
    joined_at = models.DateTimeField(_("in line since"), default=timezone.now)
    ended_at = models.DateTimeField(pgettext_lazy("moment", "ended"), null=True, blank=True)
    unanswered = models.PositiveSmallIntegerField(_("offers not answered"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = WaitQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish on a wait list")
        verbose_name_plural = _("wishes on wait lists")
        ordering = ["joined_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="wait_window"),
            models.CheckConstraint(
                condition=models.Q(last_start__gte=models.F("start"), last_start__lt=models.F("end")),
                name="wait_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=LONGEST_MINUTES), name="wait_minutes"
            ),
            models.CheckConstraint(condition=models.Q(state__in=WaitState.values), name="wait_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, ended_at=None)
                | ~models.Q(state__in=OPEN) & models.Q(ended_at__isnull=False),
                name="wait_ended_when",
            ),
            models.CheckConstraint(
                condition=models.Q(instrument__isnull=False, wanted="")
                | models.Q(instrument=None) & ~models.Q(wanted=""),
                name="wait_for_one_or_a_kind",
            ),
            models.UniqueConstraint(
                fields=["person", "instrument", "start", "end", "minutes"],
                condition=models.Q(state__in=OPEN, instrument__isnull=False),
                name="wait_once_for_an_instrument",
            ),
            models.UniqueConstraint(
                fields=["person", "wanted", "area", "start", "end", "minutes"],
                condition=models.Q(state__in=OPEN, instrument=None),
                name="wait_once_for_a_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["last_start"], condition=models.Q(state__in=OPEN), name="wait_in_line"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id or self.wanted} {self.minutes}"

    @property
    def named(self) -> Instrument | WaitEntry:
        """What has the name of what is waited for: the one instrument, or the wish itself."""
        return self if self.instrument is None else self.instrument

    @property
    def purpose(self) -> str:
        """What for, in words."""
        return str(self.said.get("purpose", ""))

    @property
    def companion(self) -> str:
        """Who comes along at night."""
        return str(self.said.get("companion", ""))

    @property
    def window(self) -> Interval:
        """When the time may lie."""
        return Interval(self.start, self.end)

    @property
    def is_slot(self) -> bool:
        """Tell whether this very time is waited for."""
        one = self.end - self.start == dt.timedelta(minutes=self.minutes)
        return self.instrument_id is not None and one

    @property
    def is_open(self) -> bool:
        """Tell whether it keeps its place in line."""
        return self.state in OPEN


class WaitOffer(models.Model):
    """A time that was offered for a wish: the booking that holds it, and what became of it."""

    entry = models.ForeignKey(WaitEntry, on_delete=models.PROTECT, related_name="offers")
    booking = models.OneToOneField("instruments.Booking", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    answer = models.CharField(
        pgettext_lazy("to an offer", "answer"), max_length=10, choices=Answer.choices, default=Answer.OPEN
    )

    class Meta:
        verbose_name = _("offer from a wait list")
        verbose_name_plural = _("offers from wait lists")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer__in=Answer.values), name="wait_offer_answer_known"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(answer=Answer.OPEN), name="wait_one_offer_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.booking_id}"
