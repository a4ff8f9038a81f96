"""The notices this app sends, and their sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "booking_requested": (
        _("Request for %(instrument)s: %(when)s"),
        _(
            "%(person)s asks for %(instrument)s on %(when)s. Purpose: %(purpose)s. "
            "Please decide before %(expires)s; after that the request expires and the time is free again."
        ),
    ),
    "booking_undecided": (
        _("Waits for your decision: %(instrument)s, %(when)s"),
        _(
            "%(person)s asks for %(instrument)s on %(when)s, and half of the time to answer is gone. "
            "Please decide before %(expires)s; after that the request expires and the time is free again."
        ),
    ),
    "booking_escalated": (
        _("Nobody has decided yet: %(instrument)s, %(when)s"),
        _(
            "%(person)s asks for %(instrument)s on %(when)s, and no steward has decided. You are told as manager of "
            "the unit: please decide before %(expires)s, or see to it that somebody does."
        ),
    ),
    "booking_confirmed": (
        _("Booking confirmed: %(instrument)s, %(when)s"),
        _("Your booking of %(instrument)s on %(when)s is confirmed. Price: ¥%(price)s."),
    ),
    "booking_approved": (
        _("Request approved: %(instrument)s, %(when)s"),
        _("Your request for %(instrument)s on %(when)s has been approved. Price: ¥%(price)s."),
    ),
    "booking_declined": (
        _("Request declined: %(instrument)s, %(when)s"),
        _("Your request for %(instrument)s on %(when)s has been declined. Reason: %(reason)s"),
    ),
    "booking_received": (
        _("A booking was handed to you: %(instrument)s, %(when)s"),
        _(
            "%(actor)s has handed the booking of %(giver)s to you: %(instrument)s, %(when)s. Price: ¥%(price)s. "
            "Purpose: %(purpose)s. It is yours from now on; if you cannot come, cancel it."
        ),
    ),
    "booking_handed_over": (
        _("Booking handed over: %(instrument)s, %(when)s"),
        _(
            "%(actor)s has handed the booking of %(giver)s for %(instrument)s on %(when)s to %(person)s. "
            "Price: ¥%(price)s."
        ),
    ),
    "booking_lost": (
        _("The time went to another: %(instrument)s, %(when)s"),
        _(
            "Several people asked for %(instrument)s on %(when)s, and another was chosen. Next free times: %(others)s. "
            "On the page of your request you can put yourself in line for the next time that comes free."
        ),
    ),
    "booking_competes": (
        _("Your request no longer holds its time: %(instrument)s, %(when)s"),
        _(
            "Your request for %(instrument)s on %(when)s still waits for the steward, until %(expires)s. From now on "
            "others may ask for the same time."
        ),
    ),
    "booking_cancelled": (
        _("Booking cancelled: %(instrument)s, %(when)s"),
        _(
            "The booking of %(instrument)s by %(person)s on %(when)s has been cancelled by "
            "%(actor)s. Reason: %(reason)s"
        ),
    ),
    "booking_moved": (
        _("Booking moved: %(instrument)s, %(when)s"),
        _(
            "%(actor)s has moved the booking of %(person)s from %(old_instrument)s, %(old_when)s, "
            "to %(instrument)s, %(when)s. Price: ¥%(price)s."
        ),
    ),
    "booking_moved_away": (
        _("Booking moved: %(instrument)s, %(when)s"),
        _(
            "%(old_instrument)s cannot be used on %(old_when)s: %(reason)s. %(actor)s has moved your booking to "
            "%(instrument)s, %(when)s. Price: ¥%(price)s. If that does not suit you, you can move or cancel it."
        ),
    ),
    "booking_expired": (
        _("Request expired: %(instrument)s, %(when)s"),
        _(
            "Nobody decided in time on your request for %(instrument)s on %(when)s. "
            "The time is free again; you can ask anew."
        ),
    ),
    "booking_no_show": (
        _("Booking missed: %(instrument)s, %(when)s"),
        _(
            "Nobody checked in for your booking of %(instrument)s on %(when)s. "
            "The rest of the time is free again."
        ),
    ),
    "booking_taken_away": (
        _("Booking cancelled: %(instrument)s, %(when)s"),
        _(
            "%(instrument)s cannot be used on %(when)s, so your booking has been cancelled. Reason: %(reason)s. "
            "Next free times: %(others)s"
        ),
    ),
    "booking_to_move": (
        _("Please move your booking: %(instrument)s, %(when)s"),
        _(
            "%(instrument)s cannot be used on %(when)s. Please move your booking or cancel it. Reason: %(reason)s. "
            "Next free times: %(others)s"
        ),
    ),
    "booking_in_doubt": (
        _("Your booking may fall through: %(instrument)s, %(when)s"),
        _(
            "%(instrument)s may not be usable on %(when)s. Your booking stays for now; nobody counts it as missed "
            "if the instrument is shut. Reason: %(reason)s. Next free times: %(others)s"
        ),
    ),
    "booking_stands": (
        _("Your booking stands: %(instrument)s, %(when)s"),
        _("%(instrument)s can be used again. Your booking on %(when)s stands as it was made."),
    ),
    "booking_given_back": (
        _("Booking cancelled: %(instrument)s, %(when)s"),
        _("The booking of %(instrument)s by %(person)s on %(when)s has been cancelled. Reason: %(reason)s"),
    ),
    "booking_kept": (
        _("The booking stays: %(instrument)s, %(when)s"),
        _(
            "The booking of %(instrument)s by %(person)s on %(when)s stays, at the price of ¥%(price)s. "
            "What has changed: %(reason)s"
        ),
    ),
    "booking_reseated": (
        _("Another station: %(instrument)s, %(when)s"),
        _(
            "Your booking of %(instrument)s on %(when)s now lies on station %(station)s; its time and price stay."
        ),
    ),
    "series_requested": (
        _("Request for %(instrument)s: %(count)s times from %(when)s"),
        _(
            "%(person)s asks for %(instrument)s %(count)s times, first on %(when)s, last on %(last)s. "
            "Purpose: %(purpose)s. Please decide before %(expires)s; what nobody decides on expires by itself."
        ),
    ),
    "series_confirmed": (
        _("Series booked: %(instrument)s, %(count)s times from %(when)s"),
        _(
            "Your series on %(instrument)s is confirmed: %(count)s times, first on %(when)s, last on %(last)s. "
            "Price of all: ¥%(price)s."
        ),
    ),
    "series_approved": (
        _("Series approved: %(instrument)s, %(count)s times from %(when)s"),
        _(
            "Your series on %(instrument)s has been approved: %(count)s times, first on %(when)s, last on %(last)s. "
            "Price of all: ¥%(price)s."
        ),
    ),
    "series_declined": (
        _("Series declined: %(instrument)s, %(count)s times from %(when)s"),
        _(
            "Your request for %(instrument)s, %(count)s times from %(when)s to %(last)s, has been declined. "
            "Reason: %(reason)s"
        ),
    ),
    "series_moved": (
        _("Series moved: %(instrument)s, %(count)s times from %(when)s"),
        _(
            "%(actor)s has moved %(count)s bookings of %(person)s on %(instrument)s: what began on %(old_when)s now "
            "begins on %(when)s, the last on %(last)s. Price of all: ¥%(price)s."
        ),
    ),
    "series_cancelled": (
        _("Bookings cancelled: %(instrument)s, %(count)s times from %(when)s"),
        _(
            "%(count)s bookings of %(instrument)s by %(person)s, from %(when)s to %(last)s, have been cancelled by "
            "%(actor)s. Reason: %(reason)s"
        ),
    ),
    "booking_reminder": (
        _("Reminder: %(instrument)s, %(when)s"),
        _("Your booking of %(instrument)s: %(when)s. Place: %(place)s"),
    ),
}
TOPICS = {
    Topic.BOOKINGS: (
        *("booking_confirmed", "booking_approved", "booking_declined", "booking_expired", "booking_no_show"),
        *("booking_kept", "booking_reseated", "series_confirmed", "series_approved", "series_declined"),
        "booking_competes",
    ),
    Topic.CHANGES: (
        *("booking_cancelled", "booking_moved", "booking_given_back", "series_moved", "series_cancelled"),
        "booking_handed_over",
    ),
    Topic.REQUESTS: ("booking_requested", "series_requested"),
}
"""What may wait for the daily mail. What somebody must act on, or counts on, is told at once."""
