"""The notices this app sends, and their sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.kinds import register

KINDS = {
    "booking_requested": (
        _("Request for %(instrument)s: %(start)s"),
        _(
            "%(person)s asks for %(instrument)s from %(start)s to %(end)s. Purpose: %(purpose)s. "
            "Please decide before %(expires)s; after that the request expires and the time is free again."
        ),
    ),
    "booking_confirmed": (
        _("Booking confirmed: %(instrument)s, %(start)s"),
        _("Your booking of %(instrument)s from %(start)s to %(end)s is confirmed. Price: %(price)s yuan."),
    ),
    "booking_approved": (
        _("Request approved: %(instrument)s, %(start)s"),
        _(
            "Your request for %(instrument)s from %(start)s to %(end)s has been approved. Price: %(price)s yuan."
        ),
    ),
    "booking_declined": (
        _("Request declined: %(instrument)s, %(start)s"),
        _("Your request for %(instrument)s from %(start)s to %(end)s has been declined. Reason: %(reason)s"),
    ),
    "booking_cancelled": (
        _("Booking cancelled: %(instrument)s, %(start)s"),
        _(
            "The booking of %(instrument)s by %(person)s from %(start)s to %(end)s has been cancelled by "
            "%(actor)s. Reason: %(reason)s"
        ),
    ),
    "booking_moved": (
        _("Booking moved: %(instrument)s, %(start)s"),
        _(
            "%(actor)s has moved the booking of %(person)s from %(old_instrument)s, %(old_start)s to %(old_end)s, "
            "to %(instrument)s, %(start)s to %(end)s. Price: %(price)s yuan."
        ),
    ),
    "booking_expired": (
        _("Request expired: %(instrument)s, %(start)s"),
        _(
            "Nobody decided in time on your request for %(instrument)s from %(start)s to %(end)s. "
            "The time is free again; you can ask anew."
        ),
    ),
    "booking_no_show": (
        _("Booking missed: %(instrument)s, %(start)s"),
        _(
            "Nobody checked in for your booking of %(instrument)s from %(start)s to %(end)s. "
            "The rest of the time is free again."
        ),
    ),
    "booking_reminder": (
        _("Reminder: %(instrument)s, %(start)s"),
        _("Your booking of %(instrument)s begins at %(start)s and ends at %(end)s. Place: %(place)s"),
    ),
}


def register_kinds() -> None:
    """Make the sentences known; called once when the app is loaded."""
    for kind, (subject, body) in KINDS.items():
        register(kind, subject=subject, body=body)
