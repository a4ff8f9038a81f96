"""A booking: one interval on one station of one instrument."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from changes.remembered import Given
from display.formats import local_datetime
from instruments.booking.enums import (
    HOLDING_STATES,
    TIMED_STATES,
    WAITING_STATES,
    BookingKind,
    BookingState,
    Purpose,
)
from members.enums import UserCategory
from safeguards.no_overlap import NoOverlap


def open_requests(now: dt.datetime) -> models.Q:
    """Requests that can still be decided."""
    return models.Q(state__in=WAITING_STATES, expires_at__gt=now)


def overdue_requests(now: dt.datetime) -> models.Q:
    """Requests and offers past their time: they hold nothing, swept or not."""
    return models.Q(state__in=TIMED_STATES, expires_at__lte=now)


_FREED = [state for state in BookingState if state not in HOLDING_STATES]
_OVER = [state for state in _FREED if state not in WAITING_STATES]


class BookingQuerySet(models.QuerySet["Booking"]):
    """Chainable filters."""

    def in_holding_state(self) -> BookingQuerySet:
        """Bookings in a state that holds time, requests past their time among them."""
        # Told by the states that hold nothing: a list of those that do would lead a planner through all that is over.
        return self.exclude(state__in=_FREED)

    def holding(self, now: dt.datetime | None = None) -> BookingQuerySet:
        """Bookings that hold their time at this moment."""
        return self.in_holding_state().exclude(overdue_requests(now or timezone.now()))

    def standing(self, now: dt.datetime | None = None) -> BookingQuerySet:
        """Bookings that hold their time at this moment, and requests for time that others may ask for too."""
        return self.not_over().exclude(overdue_requests(now or timezone.now()))

    def not_over(self) -> BookingQuerySet:
        """Bookings in a state that holds time or waits for a decision, those past their time among them."""
        return self.exclude(state__in=_OVER)

    def overdue(self, now: dt.datetime) -> BookingQuerySet:
        """Requests and offers past their time that nobody has swept yet."""
        return self.filter(overdue_requests(now))

    def wanted(self) -> BookingQuerySet:
        """Bookings that somebody asked for or took: offers that nobody took are left out."""
        return self.exclude(is_offer=True)

    def overlapping(self, start: dt.datetime | Given, end: dt.datetime | Given) -> BookingQuerySet:
        """Bookings that share a moment with [start, end)."""
        return self.filter(start__lt=end, end__gt=start)


class BookingSeries(models.Model):
    """A series (周期预约): bookings that were asked for as one, by a rule of RFC 5545; each is a row of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey("instruments.Instrument", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(_("recurrence rule"), max_length=100)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("series of bookings")
        verbose_name_plural = _("series of bookings")
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.rule}"


class Booking(models.Model):
    """A booking (预约) in [start, end); upkeep is a booking of kind `maintenance`, so one rule guards all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        related_name="bookings",
    )
    station = models.PositiveSmallIntegerField(pgettext_lazy("at an instrument", "station"), default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=BookingKind.choices, default=BookingKind.USE)
    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("a person", "for"),
        on_delete=models.PROTECT,
        related_name="bookings",
    )
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(
        pgettext_lazy("of a time span", "end"),
        help_text=_("Until when the time is held; an early check-out gives the rest back."),
    )
    booked_until = models.DateTimeField(
        _("end as booked, where the use ended earlier"), null=True, blank=True
    )
    state = models.CharField(pgettext_lazy("condition", "state"), max_length=10, choices=BookingState.choices)
    purpose = models.CharField(_("what for"), max_length=300, blank=True)
    purpose_kind = models.CharField(
        _("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.RESEARCH
    )
    companion = models.CharField(_("comes along at night"), max_length=100, blank=True, default="")
    answers = models.JSONField(_("answers"), blank=True, default=list)
    """What the unit asked: rows of the question in Chinese and English, and the answer."""
    category = models.CharField(_("user category"), max_length=10, choices=UserCategory.choices)
    yuan_per_hour = models.DecimalField(_("yuan per hour"), max_digits=10, decimal_places=2)
    price = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2)
    version = models.PositiveIntegerField(_("version"), default=1)
    series = models.ForeignKey(
        BookingSeries,
        verbose_name=_("series of bookings"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bookings",
    )
    asked_with = models.CharField(
        _("number of the form"), max_length=40, blank=True, default="", editable=False
    )
    is_offer = models.BooleanField(
        _("offered, and not taken"),
        default=False,
        editable=False,
        help_text=_("Time that was offered to somebody on a wait list, until it is taken."),
    )
    requested_at = models.DateTimeField(pgettext_lazy("moment", "requested"), default=timezone.now)
    expires_at = models.DateTimeField(_("request expires"), null=True, blank=True)
    decided_at = models.DateTimeField(pgettext_lazy("of a request", "decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("of a request", "decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    checked_in_at = models.DateTimeField(pgettext_lazy("moment", "checked in"), null=True, blank=True)
    checked_out_at = models.DateTimeField(pgettext_lazy("moment", "checked out"), null=True, blank=True)
    ended_at = models.DateTimeField(_("declined, cancelled, expired or missed"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    in_doubt = models.CharField(
        _("why the instrument may not be usable then"), max_length=300, blank=True, default=""
    )
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    asked_anew_at = models.DateTimeField(_("asked anew"), null=True, blank=True, editable=False)
    """Since when a request waits that a move made of a booking; empty: since it was requested."""
    nudged_at = models.DateTimeField(_("stewards reminded to decide"), null=True, blank=True, editable=False)
    escalated_at = models.DateTimeField(_("managers told"), null=True, blank=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="booking_interval"),
            models.CheckConstraint(
                condition=models.Q(booked_until__isnull=True) | models.Q(booked_until__gt=models.F("end")),
                name="booking_given_back_at_its_end",
            ),
            models.CheckConstraint(condition=models.Q(station__gte=1), name="booking_station"),
            models.CheckConstraint(
                condition=models.Q(state__in=BookingState.values), name="booking_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=BookingKind.values), name="booking_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="booking_price_not_negative"),
            models.CheckConstraint(
                condition=~models.Q(state__in=TIMED_STATES) | models.Q(expires_at__isnull=False),
                name="request_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(is_offer=False) & ~models.Q(state=BookingState.OFFERED)
                | models.Q(
                    is_offer=True,
                    state__in=[BookingState.OFFERED, BookingState.CANCELLED, BookingState.EXPIRED],
                ),
                name="booking_offer_is_not_taken",
            ),
            NoOverlap(
                name="booking_no_overlap",
                equal=["instrument", "station"],
                condition=models.Q(state__in=[str(state) for state in HOLDING_STATES]),
                violation_error_code="slot_taken",
                violation_error_message=_("This time is already taken."),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "start"], name="booking_person"),
            models.Index(fields=["state", "start"], name="booking_state_start"),
            # "What overlaps this time" asks for ends after a moment: history ends before it and is not read.
            models.Index(fields=["end"], name="booking_end"),
            models.Index(fields=["instrument", "end"], name="booking_instrument_end"),
            # SQLite's guard against double booking looks the neighbour before a new row up in this one.
            models.Index(fields=["instrument", "station", "start"], name="booking_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} · {local_datetime(self.start, get_language())}"

    @property
    def waits_since(self) -> dt.datetime:
        """Since when it waits for a decision, where it is a request."""
        return self.asked_anew_at or self.requested_at

    @property
    def booked_end(self) -> dt.datetime:
        """The end as it was booked: what the price stands for, whenever the use ended."""
        return self.booked_until or self.end


class BookingStep(models.Model):
    """One step in the life of a booking: when, by whom (nobody: the system), what it changed in time and money."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(_("when"))
    verb = models.CharField(_("step"), max_length=20)
    by = models.ForeignKey(
        "members.Person",
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    instrument = models.CharField(_("instrument"), max_length=30)
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(pgettext_lazy("of a time span", "end"))
    price = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2)
    old_instrument = models.CharField(_("instrument before"), max_length=30, blank=True)
    old_start = models.DateTimeField(_("start before"), null=True, blank=True)
    old_end = models.DateTimeField(_("end before"), null=True, blank=True)
    old_price = models.DecimalField(
        _("price before (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a booking")
        verbose_name_plural = _("steps of bookings")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.verb}"
