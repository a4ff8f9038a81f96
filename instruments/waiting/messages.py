"""The notices about wait lists, and their sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "wait_offered": (
        _("Free time for you: %(instrument)s, %(when)s"),
        _(
            "%(instrument)s is free on %(when)s, and held for you alone until %(expires)s. Open this and press one "
            "button to take it or to let it go; without an answer it is offered to the next in line. Price: ¥%(price)s."
        ),
    ),
    "wait_lapsed": (
        _("Offer ended: %(instrument)s, %(when)s"),
        _(
            "Nobody answered in time, so %(instrument)s on %(when)s is offered to the next in line. "
            "On the page of your wait lists you see what you still wait for."
        ),
    ),
    "wait_offer_withdrawn": (
        _("Offer withdrawn: %(instrument)s, %(when)s"),
        _(
            "%(instrument)s cannot be had on %(when)s any more, so the offer has been withdrawn. "
            "You keep your place in line."
        ),
    ),
    "wait_over": (
        _("Nothing came free: %(what)s, %(when)s"),
        _("You waited for %(what)s, %(when)s. Nothing came free in time, so your wish has ended."),
    ),
}
TOPICS = {Topic.BOOKINGS: ("wait_lapsed", "wait_over")}
"""An offer, and that it is withdrawn, is told at once."""
