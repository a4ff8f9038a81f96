"""The notices about who keeps an instrument, and their sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "stewardship_ended": (
        _("You no longer keep %(instrument)s"),
        _("From %(day)s on you are no longer a steward of %(instrument)s. Its requests go to others."),
    ),
    "deputy_named": (
        _("%(deputy)s stands in for %(person)s, %(first)s to %(last)s"),
        _(
            "From %(first)s to %(last)s %(deputy)s stands in for %(person)s: decides on requests, checks people in and "
            "out, and gets the notices. Named by %(actor)s."
        ),
    ),
    "deputy_ended": (
        _("%(deputy)s no longer stands in for %(person)s"),
        _("%(actor)s has ended it: %(deputy)s no longer stands in for %(person)s."),
    ),
    "instruments_unkept": (
        _("Without a steward: %(instruments)s"),
        _(
            "Nobody is steward of %(instruments)s any more. Requests go to the managers of the unit, to you too, until "
            "a steward is named."
        ),
    ),
}
TOPICS = {Topic.PEOPLE: ("stewardship_ended", "instruments_unkept")}


class _Named(Protocol):
    name_zh: str
    name_en: str


def names_of(instruments: Iterable[_Named]) -> dict[str, str]:
    """Name instruments in both languages, as a notice does."""
    rows = list(instruments)
    return {
        "zh": "、".join(row.name_zh for row in rows),
        "en": ", ".join(row.name_en or row.name_zh for row in rows),
    }
