"""Codes of the terms of use."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class Nights(TextChoices):
    """Whether the instrument may be used at night."""

    ALLOWED = "allowed", pgettext_lazy("at night", "As in the daytime")
    TWO = "two", pgettext_lazy("at night", "Only two people together")
    CLOSED = "closed", pgettext_lazy("at night", "No bookings")


class OwnOverlaps(TextChoices):
    """What becomes of a wish whose person holds the same time on another instrument."""

    CONFIRM = "confirm", _("may book where they say that they know")
    REFUSE = "refuse", _("cannot book")


class Attachments(TextChoices):
    """Whether files come with a booking."""

    NO = "no", pgettext_lazy("files with a booking", "Not asked for")
    MAY = "may", pgettext_lazy("files with a booking", "May be attached")
    MUST = "must", pgettext_lazy("files with a booking", "Needed before a request is approved")


class RuleOwner(TextChoices):
    """Who made a rule, and so who can change it."""

    NETWORK = "network", _("rule of the network")
    UNIT = "unit", _("rule of the unit")
    INSTRUMENT = "instrument", _("rule of the instrument")
    LAW = "law", _("rule of the law")
