"""Queries room: who keeps instruments, and what upper rooms say about their hours and prices; for many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Stewardship
from instruments.inventory.rules.next_step import Readiness
from members.enums import UserCategory

CHARGED: dict[str, tuple[str, ...]] = {
    SharingMode.EXTERNAL.value: tuple(UserCategory.values),
    SharingMode.INTERNAL.value: (UserCategory.INTERNAL.value,),
}
"""User categories that may book in a sharing mode; an instrument that is not shared is for nobody."""


@dataclass(frozen=True)
class TermsOffer:
    """What the terms offer of one instrument: whether its week opens at all, prices for which user categories."""

    is_opened: bool = False
    priced: frozenset[str] = frozenset()


Offers = Callable[[Collection[int], dt.date], Mapping[int, TermsOffer]]
_NOTHING = TermsOffer()
_asked: list[Offers] = []


def ask(offers: Offers) -> None:
    """Name the one function that knows hours and prices; the room of the terms does so when it is loaded."""
    _asked[:] = [offers]


def readiness_of(pks: Collection[int], day: dt.date) -> dict[int, Readiness]:
    """Return steward, hours and prices of many instruments on a day, in three queries."""
    kept = set(Stewardship.objects.on(day).filter(instrument__in=pks).values_list("instrument", flat=True))
    offers = _asked[0](pks, day)
    found = {pk: offers.get(pk, _NOTHING) for pk in pks}
    return {pk: Readiness(pk in kept, offer.is_opened, offer.priced) for pk, offer in found.items()}
