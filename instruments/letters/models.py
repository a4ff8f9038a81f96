"""What the person who booked and those who keep the instrument write, and send along, to each other."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from instruments.booking.models import Booking
from instruments.letters.enums import FileKind
from instruments.letters.rules.messages import MOST_WORDS

LONGEST_NAME = 120
"""Characters of a file's name."""


class BookingMessage(models.Model):
    """A message (留言) on a booking, of one side to the other; what was written stays as it is."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    from_keeper = models.BooleanField()
    """Whether it comes from those who keep the instrument, not from the person who booked."""
    words = models.CharField(max_length=MOST_WORDS)
    sent_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    """When the other side answered it or marked it as read."""
    read_by = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("message on a booking")
        verbose_name_plural = _("messages on bookings")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(read_at=None, read_by=None)
                | models.Q(read_at__isnull=False, read_by__isnull=False),
                name="message_read_by_somebody",
            )
        ]
        indexes = [
            models.Index(fields=["booking"], condition=models.Q(read_at=None), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.sent_at:%Y-%m-%d %H:%M}"


class BookingAttachment(models.Model):
    """A file (附件) kept with a booking: a PDF, or a picture drawn anew; it stays as it was sent."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="attachments")
    added_by = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    size = models.PositiveIntegerField()
    """Bytes."""
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file with a booking")
        verbose_name_plural = _("files with bookings")
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=FileKind.values), name="attachment_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="attachment_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.name}"
