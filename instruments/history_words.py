"""The history's verbs about instruments, bookings and usage, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, Promise] = {
    "instruments.booking.approved": _("booking approved"),
    "instruments.booking.cancelled": _("booking cancelled"),
    "instruments.booking.checked_in": pgettext_lazy("what was done", "checked in"),
    "instruments.booking.completed": pgettext_lazy("what was done", "checked out"),
    "instruments.booking.confirmed": _("booking confirmed at once"),
    "instruments.booking.declined": _("booking declined"),
    "instruments.booking.expired": _("request expired"),
    "instruments.booking.moved": _("booking moved"),
    "instruments.booking.no_show": _("booking missed"),
    "instruments.booking.requested": _("booking requested"),
    "instruments.booking.waived": _("exception made from booking rules"),
    "instruments.bundle.given_back": _("set of bookings given back"),
    "instruments.bundle.made": _("set of bookings asked for"),
    "instruments.calendar.ended": _("calendar address ended"),
    "instruments.calendar.made": _("calendar address made"),
    "instruments.class.renamed": _("class renamed"),
    "instruments.fault.acknowledged": _("fault acknowledged"),
    "instruments.fault.ended": _("fault repaired or closed"),
    "instruments.fault.reported": _("fault reported"),
    "instruments.field.renamed": _("field renamed"),
    "instruments.holiday.set": _("public holiday entered"),
    "instruments.instrument.changed": _("instrument changed"),
    "instruments.instrument.created": _("instrument added"),
    "instruments.instrument.state_changed": _("state of an instrument changed"),
    "instruments.opening.changed": _("opening times changed"),
    "instruments.policy.changed": _("booking rules changed"),
    "instruments.rate.set": _("price set"),
    "instruments.rate.taken_back": _("future price taken back"),
    "instruments.refused": _("refused (instruments)"),
    "instruments.series.made": _("series of bookings asked for"),
    "instruments.stewardship.ended": _("stewardship ended"),
    "instruments.stewardship.given": _("steward named"),
    "instruments.unit_policy.changed": _("booking rules of a unit changed"),
    "instruments.usage.corrected": _("usage corrected"),
    "instruments.usage.agreed": _("usage confirmed"),
    "instruments.usage.moved": _("usage moved"),
    "instruments.usage.recorded": _("usage recorded"),
    "instruments.usage.voided": _("usage voided"),
}
