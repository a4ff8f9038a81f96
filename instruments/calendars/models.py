"""The secret addresses under which calendar programs fetch bookings."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.calendars.enums import FeedKind


class CalendarFeed(models.Model):
    """A calendar subscription (日历订阅) of one person: only the SHA-256 of its secret is kept.

    `access` is the mark of the access it was made with: a changed password or an ended access ends it, as a session.
    """

    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="calendar_feeds",
    )
    kind = models.CharField(_("what it shows"), max_length=10, choices=FeedKind.choices)
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit = models.ForeignKey(
        "members.MemberUnit",
        verbose_name=_("unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    digest = models.CharField(max_length=64, unique=True)
    access = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    ended_at = models.DateTimeField(pgettext_lazy("moment", "ended"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar subscription")
        verbose_name_plural = _("calendar subscriptions")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[FeedKind.MINE, FeedKind.KEPT], instrument=None, unit=None)
                | models.Q(kind=FeedKind.INSTRUMENT, instrument__isnull=False, unit=None)
                | models.Q(kind=FeedKind.UNIT, instrument=None, unit__isnull=False),
                name="calendar_is_about_one_thing",
            ),
            *(
                models.UniqueConstraint(
                    fields=["person", *fields],
                    condition=models.Q(ended_at=None, kind=kind),
                    name=f"calendar_once_{kind}",
                )
                for kind, fields in (
                    (FeedKind.MINE, ()),
                    (FeedKind.KEPT, ()),
                    (FeedKind.INSTRUMENT, ("instrument",)),
                    (FeedKind.UNIT, ("unit",)),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.instrument or self.unit or ''}".rstrip()

    @property
    def opens(self) -> bool:
        """Tell whether a session of the access it was made with would still be one."""
        valid = (self.person.get_session_auth_hash(), *self.person.get_session_auth_fallback_hash())
        is_of_access = any(constant_time_compare(self.access, mark) for mark in valid)
        return self.ended_at is None and self.person.is_active and is_of_access
