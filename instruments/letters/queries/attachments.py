"""Queries room: the files of a booking, without what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from instruments.booking.models import Booking
from instruments.letters.models import BookingAttachment
from instruments.letters.rules.attachments import missing_file
from instruments.terms.enums import Attachments
from instruments.terms.errors import BrokenRule
from instruments.terms.queries.policy import policy_of


def attachments_of(booking: Booking) -> list[BookingAttachment]:
    """Return the files of a booking, oldest first, with who sent them; one query, none of their content."""
    rows = BookingAttachment.objects.filter(booking=booking).select_related("added_by")
    return list(rows.defer("content"))


def file_of(booking: Booking, pk: int) -> BookingAttachment | None:
    """Return one file of a booking with its content, None where it has no such file."""
    return BookingAttachment.objects.filter(booking=booking, pk=pk).first()


def missing_for_approval(booking: Booking) -> list[BrokenRule]:
    """Return what keeps a request from being approved; a file of one time of a series stands for all of them.

    One query where the instrument requires a file, else none.
    """
    allowed = policy_of(booking.instrument).attachments
    if allowed != Attachments.MUST:
        return []
    together = Q(booking=booking) if booking.series_id is None else Q(booking__series=booking.series_id)
    return missing_file(allowed, int(BookingAttachment.objects.filter(together).exists()))


def lacking_files(requests: Sequence[Booking]) -> frozenset[UUID]:
    """Return the keys of requests that cannot be approved for want of a file; one query where any requires one."""
    asking = [row for row in requests if policy_of(row.instrument).attachments == Attachments.MUST]
    if not asking:
        return frozenset()
    series = {row.series_id for row in asking if row.series_id is not None}
    rows = BookingAttachment.objects.filter(
        Q(booking__in=[row.pk for row in asking]) | Q(booking__series__in=series)
    )
    found = set(rows.values_list("booking_id", "booking__series_id"))
    bookings, complete = {booking for booking, _series in found}, {one for _booking, one in found}
    return frozenset(
        row.pk
        for row in asking
        if row.pk not in bookings and (row.series_id is None or row.series_id not in complete)
    )
