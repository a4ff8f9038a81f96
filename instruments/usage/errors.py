"""Refusals of usage records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import FieldsRefused, Sentence, filled

USAGE_PROBLEMS: dict[str, Sentence] = {
    "blank": _("This field is needed."),
    "long": _("At most %(limit)s characters."),
    "characters": _("This text holds a character that cannot be stored."),
    "naive": _("Give the time with its offset, such as +08:00."),
    "interval": _("The end must be later than the start."),
    "longest": _("One record covers at most %(limit)s days."),
    "ancient": _("This lies before the year %(limit)s."),
    "before_service": _("The instrument was put to use on %(limit)s; no use lies before that day."),
    "future": _("A use that has not ended yet cannot be recorded."),
    "negative": _("This cannot be negative."),
    "places": _("At most two decimal places."),
    "large": _("At most %(limit)s."),
    "hours_exceed": _("The record lasts %(limit)s hours; more hours than that cannot count."),
    "parts_exceed": _("Start-up and post-processing together exceed the effective hours."),
    "unknown_choice": _("Choose one of: %(limit)s."),
    "own_unit": _(
        "“%(name)s” is the unit that owns the instrument; its own people are internal users. "
        "Choose the internal user, or correct the unit of the user."
    ),
    "unknown_station": _("This instrument has %(limit)s stations."),
    "unknown_instrument": _("You keep no instrument with this code."),
    "overlap": _("Record %(record)s covers part of this time: %(start)s to %(end)s."),
    "number_taken": _("This record number has just been used by someone else."),
    "number_known": _("The unit has a record with this number; correct that one, or choose another."),
    "repeated": _("This number stands more than once in what was sent, with different content."),
    "not_current": _("This record has already been corrected; correct its successor."),
    "voided": _("This record was voided."),
    "nothing_to_confirm": _("This record is confirmed already."),
    "odd_income": _("This is unusual: at %(rate)s yuan an hour, %(limit)s yuan would be much already."),
    "odd_round": _("This is unusual: a large round sum."),
    "odd_samples": _("This is unusual: more than %(limit)s samples an hour."),
    "odd_hours": _("This is unusual: only %(limit)s hours of this time lie in the opening hours."),
    "odd_age": _("This is unusual: the use ended more than a year ago."),
    "unknown_field": _("A record has no such field."),
    "nothing_changed": _("Nothing differs from the record as it is."),
    "too_many": _("At most %(limit)s records at a time."),
}


def usage_problem(rule: str, **facts: object) -> Sentence:
    """Return the sentence of a known rule about usage records, put together when it is shown."""
    return filled(USAGE_PROBLEMS[rule], {name: str(value) for name, value in facts.items()})


class UsageRefused(FieldsRefused):
    """A usage record is wrong; `fields` maps field name to a list of messages."""

    code = "usage_refused"
    message = _("The usage record has errors.")


class UsageUnusual(UsageRefused):
    """A usage record is possible but unusual: it is written once somebody says why it is true."""

    code = "usage_unusual"
    message = _("The usage record is unusual. Say why it is true, or correct it.")
