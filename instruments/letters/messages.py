"""The notices about what is written and sent along to a booking, and their sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "booking_message": (
        _("Message from %(actor)s: %(instrument)s, %(when)s"),
        _("%(actor)s writes about the booking of %(instrument)s, %(when)s: %(words)s"),
    ),
    "booking_attachment": (
        _("File from %(actor)s: %(instrument)s, %(when)s"),
        _("%(actor)s has attached to the booking of %(instrument)s, %(when)s: %(names)s"),
    ),
}
TOPICS = {Topic.CHANGES: ("booking_attachment",)}
"""What may wait for the daily mail; a message is told at once."""
