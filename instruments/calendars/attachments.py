"""The booking of a notice as a file of its mail."""

from __future__ import annotations

from django.urls import Resolver404, resolve
from django.utils import timezone

from instruments.booking.messages import KINDS
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
    booking = one_booking(found.kwargs["pk"]) if found.view_name == "instruments:booking" else None
    if booking is None or not can(notice.person, "view_booking", booking):
        return None
    name, content = file_of(booking, notice.person, timezone.now())
    return Attachment(name, content, "text/calendar")
