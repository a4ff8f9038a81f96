"""The booking of a notice as a file of its mail."""

from __future__ import annotations

from django.urls import Resolver404, resolve
from django.utils import timezone

from instruments.booking.messages import KINDS
from instruments.booking.models import Booking
from instruments.calendars.queries import one_booking
from instruments.calendars.wording import file_of
from members.permissions import can
from notices.attachments import Attachment, attach_to
from notices.models import Notice


def register_attachments() -> None:
    """Let every mail about a booking bear it."""
    attach_to(KINDS, _booking_of)


def _booking_of(notice: Notice) -> Attachment | None:
    try:
        found = resolve(notice.link)
    except Resolver404:
        return None
    if found.view_name != "instruments:booking":
        return None
    rows = Booking.objects.select_related("instrument__unit__policy", "instrument__policy")
    booking = rows.filter(pk=found.kwargs["pk"]).first()
    if booking is None or not can(notice.person, "view_booking", booking):
        return None
    name, content = file_of(one_booking(booking.pk), notice.person, timezone.now())
    return Attachment(name, content, "text/calendar")
