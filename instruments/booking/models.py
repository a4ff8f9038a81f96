"""A booking: one interval on one station of one instrument."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from display.formats import local_datetime
from instruments.booking.enums import HOLDING_STATES, BookingKind, BookingState, Purpose
from members.enums import UserCategory
from safeguards.no_overlap import NoOverlap


def open_requests(now: dt.datetime) -> models.Q:
    """Requests that can still be decided."""
    return models.Q(state=BookingState.REQUESTED, expires_at__gt=now)


def overdue_requests(now: dt.datetime) -> models.Q:
    """Requests past their time: they hold nothing, swept or not."""
    return models.Q(state=BookingState.REQUESTED, expires_at__lte=now)


class BookingQuerySet(models.QuerySet["Booking"]):
    """Chainable filters."""

    def holding(self, now: dt.datetime | None = None) -> BookingQuerySet:
        """Bookings that hold their time at this moment."""
        return self.filter(state__in=HOLDING_STATES).exclude(overdue_requests(now or timezone.now()))

    def overdue(self, now: dt.datetime) -> BookingQuerySet:
        """Requests past their time that nobody has swept yet."""
        return self.filter(overdue_requests(now))

    def overlapping(self, start: dt.datetime, end: dt.datetime) -> BookingQuerySet:
        """Bookings that share a moment with [start, end)."""
        return self.filter(start__lt=end, end__gt=start)


class Booking(models.Model):
    """A booking (预约) in [start, end); upkeep is a booking of kind `maintenance`, so one rule guards all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        related_name="bookings",
    )
    station = models.PositiveSmallIntegerField(_("station"), default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=BookingKind.choices, default=BookingKind.USE)
    person = models.ForeignKey(
        "members.Person", verbose_name=_("for"), on_delete=models.PROTECT, related_name="bookings"
    )
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    state = models.CharField(_("state"), max_length=10, choices=BookingState.choices)
    purpose = models.CharField(_("what for"), max_length=300, blank=True)
    purpose_kind = models.CharField(
        _("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.RESEARCH
    )
    category = models.CharField(_("user category"), max_length=10, choices=UserCategory.choices)
    yuan_per_hour = models.DecimalField(_("yuan per hour"), max_digits=10, decimal_places=2)
    price = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2)
    version = models.PositiveIntegerField(_("version"), default=1)
    asked_with = models.CharField(
        _("number of the form"), max_length=40, blank=True, default="", editable=False
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    expires_at = models.DateTimeField(_("request expires"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.Person",
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    checked_out_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    ended_at = models.DateTimeField(_("declined, cancelled, expired or missed"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="booking_interval"),
            models.CheckConstraint(condition=models.Q(station__gte=1), name="booking_station"),
            models.CheckConstraint(
                condition=models.Q(state__in=BookingState.values), name="booking_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=BookingKind.values), name="booking_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="booking_price_not_negative"),
            models.CheckConstraint(
                condition=~models.Q(state="requested") | models.Q(expires_at__isnull=False),
                name="request_expires",
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
            models.Index(fields=["instrument", "station", "start"], name="booking_slot"),
            models.Index(fields=["person", "start"], name="booking_person"),
            models.Index(fields=["state", "start"], name="booking_state_start"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} · {local_datetime(self.start, get_language())}"
