"""What happens to sets of bookings; each stands in the history under its verb."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.bundles.models import BookingBundle


@dataclass(frozen=True, kw_only=True)
class BundleMade(Recorded):
    """Several bookings were asked for as one."""

    target: BookingBundle
    verb: str = "instruments.bundle.made"


@dataclass(frozen=True, kw_only=True)
class BundleGivenBack(Recorded):
    """What was left of a set was given back: by its person, or because a part was lost."""

    target: BookingBundle
    verb: str = "instruments.bundle.given_back"
