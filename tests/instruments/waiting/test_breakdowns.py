"""Wait lists and break-downs: what stands still is offered to nobody, and what was offered of it is taken back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from changes import perform
from changes.dependants import OFFER
from instruments.availability.queries import keeping
from instruments.booking.actions.changes import cancel_booking
from instruments.upkeep.actions.breakdowns import stop_instrument
from instruments.upkeep.actions.faults import end_fault
from instruments.upkeep.actions.hits import hit_key
from instruments.waiting.models import WaitOffer
from tests.factories.instruments import make_steward
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "kept_index")]
UNTIL_FRIDAY = {"words": "坏了", "severity": "out", "start": NOW, "end": at(4, 12)}


def test_what_is_given_back_within_it_is_held_for_it(holder, first):
    """Who was asked to move cancels instead: whoever waits for that time is offered nothing."""
    keeper = make_steward(holder.instrument)
    keeping.current(timezone.now())
    breakdown = perform(
        keeper, stop_instrument, holder.instrument, **UNTIL_FRIDAY, choices={hit_key(holder): OFFER}
    )
    perform(holder.person, cancel_booking, holder)
    assert not WaitOffer.objects.exists()
    first.refresh_from_db()
    assert first.state == "waiting"
    perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="换好了")
    first.refresh_from_db()
    assert first.state == "offered"
    assert keeping.differences(keeping.current(timezone.now()), timezone.now()) == 0


def test_an_offer_within_it_is_taken_back(holder, first):
    """Nobody is asked what becomes of it; its person goes on waiting."""
    keeper = make_steward(holder.instrument)
    keeping.current(timezone.now())
    perform(holder.person, cancel_booking, holder)
    offer = WaitOffer.objects.get()
    perform(keeper, stop_instrument, holder.instrument, **UNTIL_FRIDAY)
    offer.refresh_from_db()
    first.refresh_from_db()
    assert (offer.answer, first.state) == ("withdrawn", "waiting")
    assert keeping.differences(keeping.current(timezone.now()), timezone.now()) == 0
