"""What wait lists listen to: time that comes free, terms and states that change, and what becomes of offers."""

from __future__ import annotations

from changes import subscribe
from instruments.booking.actions.slots import stands_in_line
from instruments.booking.events import OfferEnded, OfferTaken, TimeFreed
from instruments.inventory.events import StateChanged
from instruments.terms.events import TermsChanged
from instruments.waiting.actions.offering import hear, judge_anew, let_the_line_go_first, offer_freed, serve


def subscribe_all() -> None:
    """Listen to bookings, terms and the inventory."""
    subscribe(TimeFreed, offer_freed)
    subscribe(OfferTaken, serve)
    subscribe(OfferEnded, hear)
    subscribe(TermsChanged, judge_anew)
    subscribe(StateChanged, judge_anew)
    stands_in_line(let_the_line_go_first)
