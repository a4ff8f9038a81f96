"""What happens to the terms of an instrument: its hours, its rules, its prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from changes import Recorded
from instruments.inventory.models import Instrument
from members.models import MemberUnit


@dataclass(frozen=True, kw_only=True)
class TermsChanged(Recorded):
    """The terms of an instrument are other ones; what follows says which."""

    target: Instrument


@dataclass(frozen=True, kw_only=True)
class OpeningChanged(TermsChanged):
    """The weekly opening hours are other ones from a day on."""

    verb: str = "instruments.opening.changed"
    valid_from: dt.date


@dataclass(frozen=True, kw_only=True)
class ExceptionAdded(TermsChanged):
    """The instrument is closed or open for a while against its week."""

    verb: str = "instruments.opening.changed"


@dataclass(frozen=True, kw_only=True)
class ExceptionRemoved(TermsChanged):
    """A dated exception is gone; the week holds again."""

    verb: str = "instruments.opening.changed"


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(TermsChanged):
    """The booking rules are other ones."""

    verb: str = "instruments.policy.changed"


@dataclass(frozen=True, kw_only=True)
class LinksChanged(TermsChanged):
    """The instrument is used together with other ones."""

    verb: str = "instruments.links.changed"


@dataclass(frozen=True, kw_only=True)
class UnitPolicyChanged(Recorded):
    """The booking rules of a unit's instruments without rules of their own are other ones."""

    verb: str = "instruments.unit_policy.changed"
    target: MemberUnit


@dataclass(frozen=True, kw_only=True)
class HolidaySet(Recorded):
    """A day is a holiday, or a shifted working day, of the whole network."""

    verb: str = "instruments.holiday.set"


@dataclass(frozen=True, kw_only=True)
class RateSet(TermsChanged):
    """A user category has a price from a day on."""

    verb: str = "instruments.rate.set"


@dataclass(frozen=True, kw_only=True)
class RateTakenBack(TermsChanged):
    """A price that had not begun is gone."""

    verb: str = "instruments.rate.taken_back"
