"""The notices about sets of bookings, and their sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "bundle_confirmed": (
        _("Set of %(count)s bookings confirmed, first %(instrument)s, %(when)s"),
        _(
            "Your set of %(count)s bookings is confirmed. It begins with %(instrument)s; from the first beginning to "
            "the last end: %(when)s. Price of all: ¥%(price)s."
        ),
    ),
    "bundle_requested": (
        _("Set of %(count)s bookings asked for, first %(instrument)s, %(when)s"),
        _(
            "Your set of %(count)s bookings is held; %(waiting)s of them wait for their units to decide. It begins "
            "with %(instrument)s; from the first beginning to the last end: %(when)s. Price of all: ¥%(price)s."
        ),
    ),
}
TOPICS = {Topic.BOOKINGS: ("bundle_confirmed", "bundle_requested")}
